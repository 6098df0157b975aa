import { markdown } from "../scripts/lib/table.mjs";
import { inEngine } from "./lib/browser.mjs";
import { bundle } from "./lib/bundle.mjs";
import { median, ms, quantile, times } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";

export const title = "Time to form";

export const needs = ["chromium"];

const RUNS = Number(process.env.BENCH_RUNS) || 21;

/** The largest acceptable ratio to the slower of `NEEDED`. */
const MAX_RATIO = 1.15;

/** 4G as in WebPagetest: 9 Mbit/s, a round trip of 170 ms. */
const NETWORK = { offline: false, latency: 170, downloadThroughput: 9e6 / 8, uploadThroughput: 9e6 / 8 };

// With headers, nothing leaves before the client exists.
const LATE = { headers: {} };

/** The ways to the form, each with the app's script and the argument of its function. `module` and `requests` measure these two alone. */
const WAYS = {
  module: ["alone", "module"],
  requests: ["alone", "requests"],
  "`createClient`, `load`": ["client", {}],
  "`createClient` with `preload`, `load`": ["client", { preload: "shopify" }],
  "`useConnectFlow`, requests after the module": ["react", LATE],
  "`useConnectFlow`": ["react", {}],
};
/** What each form needs. */
const NEEDED = ["module", "requests"];

export async function measure({ note, folder, ...found }) {
  const scripts = { alone: "form-alone.js", client: "form-client.js", react: "form-react.jsx" };
  const files = {};
  for (const [name, file] of Object.entries(scripts)) {
    Object.assign(files, (await bundle(`pages/${file}`, { folder })).scripts);
    files[`${name}.html`] = `<!doctype html><meta charset="utf-8"><title>Form</title><link rel="icon" href="data:,"><body><script type="module" src="./form-${name}.js"></script>`;
  }
  const server = await serve(files);
  const rows = [];
  try {
    await inEngine("chromium", found, async (engine) => {
      for (const rate of [1, 4]) {
        await engine.cdp("Network.enable");
        await engine.cdp("Network.emulateNetworkConditions", NETWORK);
        await engine.cdp("Emulation.setCPUThrottlingRate", { rate });
        rows.push(...(await measureWays(engine, server, rate, (run) => note(`CPU ${rate} times as slow, ${run + 1} of ${RUNS}`))));
      }
    });
  } finally {
    await server.close();
  }
  return { text: report(rows) };
}

/** Measures all ways in turns, each with a cold cache. */
async function measureWays(engine, server, rate, noteRun) {
  const took = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
  const sent = {};
  // Run -1 is a warm-up and is not counted.
  for (let run = -1; run < RUNS; run += 1) {
    noteRun(run);
    for (const [way, [page, given]] of Object.entries(WAYS)) {
      server.calls.length = 0;
      await engine.visit(`${server.url}/run-${Date.now()}-${rate}/${page}.html`);
      await engine.browser.waitUntil(() => engine.run(() => "open" in globalThis), { interval: 20 });
      const each = await engine.run((value) => globalThis.open(value), given);
      // Not the list of accounts, which may still be on its way.
      sent[way] = server.calls.filter(({ path }) => !path.endsWith("/connected_accounts")).length;
      if (run >= 0) took[way].push(each);
    }
  }
  const slower = took.module.map((one, run) => Math.max(one, took.requests[run]));
  return Object.keys(WAYS).map((way) => ({ way, rate, own: took[way], sent: sent[way], ratio: median(took[way].map((one, run) => one / slower[run])) }));
}

function report(rows) {
  const line = ({ way, rate, own, sent, ratio }) => [
    `${rate} ×`, NEEDED.includes(way) ? `${way} alone` : way, ms(median(own)), ms(quantile(own, 0.95)), sent || "", times(ratio),
  ];
  const worst = (isChosen) => Math.max(...rows.filter(({ way }) => isChosen(way)).map(({ ratio }) => ratio));
  const early = (way) => way.includes("preload") || way === "`useConnectFlow`";
  const late = (way) => !early(way) && !NEEDED.includes(way);
  return [
    `The time from a call in the app's script until the fields of a form are on screen, in milliseconds: Chromium, cold cache, 4G, ${RUNS} runs each.
The form needs two things: the module and the requests.

- *Module alone*: fetches and compiles the \`.wasm\` file. *Requests alone*: asks for the integration and the app by hand, at once, and shows the fields.
- *Ratio*: the time divided by the slower of the two in the same run; the median of all runs.
- *Requests*: those for the fields. The list of the user's accounts is not counted, and the fields do not wait for it.
- *4G*: 9 Mbit/s with round trips of 170 ms. *CPU*: how much slower the processor is. DevTools emulates both.
- *Requests after the module*: with the option \`headers\`, which keeps requests from leaving early.`,
    markdown([["CPU", "way", "form", "p95", "requests", "ratio"], ...rows.map(line)]),
    `Target: ${MAX_RATIO} ×. With early requests, the slowest way takes ${times(worst(early))}. Without them, ${times(worst(late))}.`,
  ].join("\n\n");
}
