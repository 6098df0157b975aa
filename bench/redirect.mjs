import { markdown } from "../scripts/lib/table.mjs";
import { inEngines } from "./lib/browser.mjs";
import { bundle } from "./lib/bundle.mjs";
import { median, ms, quantile, times } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";
import { PLATFORM_PEERS } from "./peers.mjs";

export const title = "Time to redirect";

export const needs = ["chromium", "firefox"];

const RUNS = Number(process.env.BENCH_RUNS) || 11;

const LIMIT_MS = 20_000;
const ROUND_TRIPS_MS = { chromium: [0, 50, 200], firefox: [50] };

/** The round trips that the platform's protocol requires after a click, if nothing was loaded before. */
const MIN_ROUND_TRIPS = 2;

/** The others are compared with the first. */
const SUBJECTS = [
  { name: "by hand", entry: "by-hand.js" },
  { name: "connect-flow", entry: "connect-flow.js" },
  { name: "connect-flow, before the page was idle", entry: "connect-flow.js", isBusy: true },
  ...PLATFORM_PEERS,
];

/** What was loaded before the click. */
const SCENARIOS = [
  { name: "nothing", isPrepared: false },
  { name: "the fields", isPrepared: true },
];

const page = (file) => `<!doctype html><meta charset="utf-8"><title>Redirect</title><link rel="icon" href="data:,">
<button>Connect</button>
<script>globalThis.process ??= { env: {} };</script>
<script type="module">
import { open } from "./${file}";
const { prepared, busy } = Object.fromEntries(new URLSearchParams(location.search));
if (busy) delete globalThis.requestIdleCallback;
const elsewhere = new Set();
addEventListener("securitypolicyviolation", ({ blockedURI }) => elsewhere.add(blockedURI));
const note = (value) => navigator.sendBeacon("/noted", JSON.stringify(value));
try {
  const flow = await open({ baseUrl: new URL("/api/connect", location).href, app: "gmail" });
  if (prepared) await flow.expect();
  document.querySelector("button").onclick = async ({ timeStamp }) => {
    addEventListener("beforeunload", () => note({ ms: performance.now() - timeStamp, elsewhere: elsewhere.size }));
    try {
      if (!prepared) await flow.expect();
      await flow.initiate();
    } catch (error) {
      note({ error: String(error?.stack ?? error) });
    }
  };
  document.title = "Ready";
} catch (error) {
  document.title = "Failed: " + error + error.stack;
}
</script>`;

export async function measure({ note, folder, ...found }) {
  const { pages, names } = await makePages(folder);
  const server = await serve(pages);
  const rows = [];
  try {
    await inEngines(["chromium", "firefox"], found, async (engine) => {
      for (const delay of ROUND_TRIPS_MS[engine.name]) {
        server.delay = delay;
        for (const scenario of SCENARIOS) {
          note(`${engine.name}, ${delay} ms, asked before: ${scenario.name}`);
          rows.push(...(await compare(engine, server, names, { engine: engine.name, delay, scenario })));
        }
      }
    });
  } finally {
    await server.close();
  }
  return { text: report(rows) };
}

async function makePages(folder) {
  const pages = {};
  const names = {};
  for (const { entry } of SUBJECTS) {
    if (names[entry]) continue;
    const { scripts } = await bundle(`entries/${entry}`, { folder });
    Object.assign(pages, scripts);
    names[entry] = entry.replace(".js", ".html");
    pages[names[entry]] = page(entry);
  }
  return { pages, names };
}

/** Measures all subjects in turns, so that other load on the machine affects all of them alike. */
async function compare(engine, server, names, cell) {
  const runs = SUBJECTS.map((subject) => ({ ...cell, subject, took: [], calls: [], elsewhere: 0 }));
  // The first is for whatever the browser does once.
  for (let run = -1; run < RUNS; run += 1) {
    for (const row of runs) {
      const { took, calls, elsewhere } = await click(engine, server, names, row);
      if (run < 0) continue;
      if (run && calls.length !== row.calls.length) throw new Error(`${row.subject.name}: ${calls.length} requests, but ${row.calls.length} in the run before`);
      row.took.push(took);
      row.calls = calls;
      row.elsewhere = Math.max(row.elsewhere, elsewhere);
    }
  }
  for (const row of runs) {
    const [byHand] = runs;
    if (byHand !== row) row.aboveByHand = row.took.map((took, run) => took - byHand.took[run]);
  }
  return runs;
}

async function click(engine, server, names, { subject, scenario }) {
  server.sandbox.reset();
  const query = new URLSearchParams({ ...(scenario.isPrepared && { prepared: 1 }), ...(subject.isBusy && { busy: 1 }) });
  await engine.visit(`${server.url}/app/${names[subject.entry]}?${query}`);
  let state;
  // The title is empty at first.
  const isLoaded = async () => !["", "Redirect"].includes((state = await engine.browser.getTitle()));
  await engine.browser.waitUntil(isLoaded, { timeout: LIMIT_MS, interval: 20 });
  if (state !== "Ready") throw new Error(`${subject.name}: ${state}`);
  server.calls.length = 0;
  const noted = server.noted();
  await (await engine.browser.$("button")).click();
  const late = new Promise((_, reject) => setTimeout(reject, LIMIT_MS, new Error(`${subject.name}: the page was not left`)).unref());
  const { ms: took, error, elsewhere } = await Promise.race([noted, late]);
  if (error) throw new Error(`${subject.name}: ${error}`);
  // The browser must have left the page before it can visit the next.
  await engine.browser.waitUntil(async () => (await engine.browser.getTitle()) !== "Ready", { timeout: LIMIT_MS, interval: 20 });
  return { took, calls: [...server.calls], elsewhere };
}

/** The median and the quartiles. */
const spread = (values) => [ms(median(values)), [0.25, 0.75].map((part) => ms(quantile(values, part))).join(" to ")];

function report(rows) {
  const line = ({ engine, delay, scenario, subject, took, calls, elsewhere, aboveByHand }) => {
    const least = (scenario.isPrepared ? 1 : MIN_ROUND_TRIPS) * delay;
    const bytes = calls.map(({ sent, got }) => sent + got).reduce((a, b) => a + b, 0);
    const value = median(took);
    return [
      engine, `${delay} ms`, scenario.name, subject.name, calls.length, bytes.toLocaleString("en-US"), elsewhere || "none",
      ms(value), least, ms(value - least), least ? times(value / least) : "", ...(aboveByHand ? spread(aboveByHand) : ["", ""]),
    ];
  };
  const head = [
    "engine", "round trip", "asked before", "with", "requests", "bytes", "asked elsewhere", "median", "limit", "above", "ratio", "above by hand", "middle half",
  ];
  return [
    `From a real click until the page unloads (\`beforeunload\`), in milliseconds, ${RUNS} alternating runs each. The app is Gmail, which has no fields. One sandbox
answers, and its server delays each answer by a round trip. Each package was loaded, and its client created, when the page opened.

- *Asked before*: whether the fields were loaded when the page opened.
- *Limit*: the required round trips. With loaded fields, that is one: the link. Otherwise it is two: the integration and the app in parallel, then the link.
- *By hand*: the same requests with \`fetch\`, in parallel where possible, then \`location.assign\`. Nothing is validated.
- *Before the page was idle*: connect-flow without idle callbacks, as if the user clicked at once. Otherwise it has
  [prepared the click](guides/loading.md#the-first-click).
- *Above*: the median minus the limit.
- *Above by hand*: the median difference from *By hand*. *Middle half*: half of the differences lie in this range. A difference whose range contains 0 is
  noise.
- *Bytes*: those of all bodies. *Asked elsewhere*: requests to other hosts, for telemetry and a version check. The page's policy blocks them.

Composio's packages have the key in the page here.`,
    markdown([head, ...rows.map(line)]),
  ].join("\n\n");
}
