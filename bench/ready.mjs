import { markdown } from "../scripts/lib/table.mjs";
import { inEngines } from "./lib/browser.mjs";
import { bundle, nameOf } from "./lib/bundle.mjs";
import { median, ms, quantile, times } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";

export const title = "Time to ready";

export const needs = ["chromium", "firefox"];

const RUNS = Number(process.env.BENCH_RUNS) || 21;

/** What is wanted of the ratio to the reference. */
const MOST = 1.5;

/** WebPagetest's 4G: 9 Mbit/s, 170 ms for a round trip. */
const NETWORKS = {
  localhost: { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
  "4G": { offline: false, latency: 170, downloadThroughput: 9e6 / 8, uploadThroughput: 9e6 / 8 },
};

const PAGE = `<!doctype html><meta charset="utf-8"><title>Ready</title><link rel="icon" href="data:,">`;
const APP = `<script type="module" src="./ready-app.js"></script>`;

const IMPORT = `const { createClient } = await import("./index.js");
  await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });`;
const OPEN = "await globalThis.open();";
// What nothing can be faster than that is a module of this size: it is fetched, and compiled while it arrives.
const COMPILE = `await WebAssembly.compileStreaming(fetch("./connect_flow_bg.wasm"));`;

/** Does this as soon as the page is there, and tells how long after its HTML that was done. */
const atOnce = (head, work, type = "module") => `${PAGE}${head}<script type="${type}">
globalThis.whenReady = (async () => {
  ${work}
  // Not known before, where the script runs while the page still arrives.
  return performance.now() - performance.getEntriesByType("navigation")[0].responseEnd;
})();
</script>`;

/** So that the browser asks for the lazy part together with the eager one. */
const hints = (glue) => `<link rel="modulepreload" href="./${glue}">
<link rel="preload" href="./connect_flow_bg.wasm" as="fetch" type="application/wasm" crossorigin>`;

/** Pages that connect at once, each a row of its own; the last is what they are beside. */
const atOncePages = (glue) => ({
  "the app's script, with hints": atOnce(hints(glue) + APP, OPEN),
  "the app's script": atOnce(APP, OPEN),
  "a file of its own, with hints": atOnce(hints("connect_flow.js"), IMPORT),
  "a file of its own": atOnce("", IMPORT),
  // A classic script, as a module waits until the page is read.
  reference: atOnce("", COMPILE, "text/javascript"),
});

/** What can be timed in a page. Each is given the folder to load from and gives `{ eager, ready }` in milliseconds. */
const WORK = {
  bundled: async () => ({ ready: await globalThis.open() }),
  file: async (folder) => {
    const start = performance.now();
    const { createClient } = await import(`${folder}/index.js`);
    const imported = performance.now();
    globalThis.client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
    return { eager: imported - start, ready: performance.now() - start };
  },
  js: async (folder) => {
    delete globalThis.WebAssembly;
    const start = performance.now();
    const { createClient } = await import(`${folder}/index.js`);
    const imported = performance.now();
    globalThis.client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
    return { eager: imported - start, ready: performance.now() - start };
  },
  app: async (folder, entry) => {
    globalThis.process ??= { env: {} };
    const start = performance.now();
    const { open } = await import(`${folder}/${entry}`);
    globalThis.client = await open({ baseUrl: new URL("/api/connect", location).href, app: "gmail" });
    return { ready: performance.now() - start };
  },
  reference: async (folder) => {
    const start = performance.now();
    await WebAssembly.compileStreaming(fetch(`${folder}/connect_flow_bg.wasm`));
    return { ready: performance.now() - start };
  },
};

/** The ways to a client: from which page, by which work, and whether the `.wasm` file is there. */
const WAYS = {
  bundled: { page: "app", work: "bundled" },
  file: { page: "page", work: "file" },
  inline: { page: "page", work: "file", isMissing: true },
  js: { page: "page", work: "js" },
  reference: { page: "page", work: "reference" },
};

/** What else makes a client, from `import` on: an app of each package, bundled. The first is what the others are beside. */
const APPS = {
  "connect-flow": "connect-flow.js",
  "@composio/core": "composio-sdk.js",
  "@composio/client": "composio-client.js",
};

let folders = 0;

export async function measure({ note, folder, ...found }) {
  const { files, scripts } = await bundle("pages/ready-app.js", { folder });
  const apps = await Promise.all(Object.values(APPS).map((entry) => bundle(`entries/${entry}`, { folder })));
  for (const app of apps) Object.assign(scripts, app.scripts);
  const atOnce = atOncePages(nameOf(files.find(({ source }) => source === "dist/connect_flow.js")));
  const names = Object.keys(atOnce).map((name, index) => [name, `at-once-${index}.html`]);
  const pages = Object.fromEntries(names.map(([name, file]) => [file, atOnce[name]]));
  const server = await serve({ ...scripts, ...pages, "page.html": PAGE, "app.html": PAGE + APP });
  server.missing.add("/gone/connect_flow_bg.wasm");
  const rows = [];
  const opened = [];
  const made = [];
  const memory = [];
  try {
    await inEngines(["chromium", "firefox"], found, async (engine) => {
      const networks = engine.cdp ? Object.keys(NETWORKS) : ["localhost"];
      for (const network of networks) {
        for (const slow of engine.cdp ? [1, 4] : [1]) {
          const about = `${engine.name}, ${network}, CPU ${slow} times as slow`;
          const noteRun = (run) => note(`${about}, ${run + 1} of ${RUNS}`);
          await throttle(engine, NETWORKS[network], slow);
          const cell = { engine: engine.name, network, slow };
          const ways = slow === 1 ? ["bundled", "file", "inline", "js"] : ["bundled", "file"];
          rows.push(...(await compare(engine, server, { cell, ways, noteRun })));
          if (slow === 1) opened.push({ ...cell, took: await openAtOnce(engine, server, { names, noteRun }) });
          made.push({ ...cell, took: await openApps(engine, server, noteRun) });
        }
      }
      if (engine.cdp) await throttle(engine, NETWORKS.localhost, 1);
      if (engine.cdp) memory.push(...(await weighMemory(engine, server)));
    });
  } finally {
    await server.close();
  }
  return { text: report(rows, opened, made, memory) };
}

async function throttle({ cdp }, network, rate) {
  if (!cdp) return;
  await cdp("Network.enable");
  await cdp("Network.emulateNetworkConditions", network);
  await cdp("Emulation.setCPUThrottlingRate", { rate });
}

/** The ways in turns with the reference, with a cold and a warm cache: a row of each. */
async function compare(engine, server, { cell, ways, noteRun }) {
  const sides = [...ways, "reference"];
  const took = Object.fromEntries(sides.map((way) => [way, { cold: [], warm: [] }]));
  // The first is for whatever the browser does once.
  for (let run = -1; run < RUNS; run += 1) {
    noteRun(run);
    for (const way of sides) {
      const folder = freshFolder(WAYS[way].isMissing);
      const both = [await time(engine, server, folder, way), await time(engine, server, folder, way)];
      if (run < 0) continue;
      took[way].cold.push(both[0]);
      took[way].warm.push(both[1]);
    }
  }
  return ways.flatMap((way) =>
    ["cold", "warm"].map((cache) => ({ ...cell, way, cache, own: took[way][cache], reference: took.reference[cache] })),
  );
}

/** Milliseconds by the name of the page. */
const openAtOnce = (engine, server, { names, noteRun }) =>
  inTurns(names, noteRun, async (file) => {
    await engine.visit(`${server.url}${freshFolder()}/${file}`);
    return engine.run(() => globalThis.whenReady);
  });

/** Milliseconds by the name of the package, with a cold cache. */
const openApps = (engine, server, noteRun) =>
  inTurns(Object.entries(APPS), noteRun, async (entry) => {
    const folder = freshFolder();
    await engine.visit(`${server.url}${folder}/page.html`);
    return (await engine.run(WORK.app, folder, entry)).ready;
  });

/** What `time` gives for each of these in turns, by their names. */
async function inTurns(named, noteRun, time) {
  const took = Object.fromEntries(named.map(([name]) => [name, []]));
  // The first is for whatever the browser does once.
  for (let run = -1; run < RUNS; run += 1) {
    noteRun(run);
    for (const [name, what] of named) {
      const each = await time(what);
      if (run >= 0) took[name].push(each);
    }
  }
  return took;
}

const freshFolder = (isMissing) => `/run-${Date.now()}-${(folders += 1)}${isMissing ? "/gone" : ""}`;

async function time(engine, server, folder, way) {
  const { page, work } = WAYS[way];
  await engine.visit(`${server.url}${folder}/${page}.html`);
  return engine.run(WORK[work], folder);
}

/** Bytes of JavaScript's heap and of WebAssembly's memory, with a client beside without, in a page each. */
async function weighMemory(engine, server) {
  const results = [];
  const read = async () => {
    const { bytes } = await performance.measureUserAgentSpecificMemory();
    return bytes;
  };
  for (const [name, way] of [["WebAssembly", "file"], ["JavaScript", "js"]]) {
    const grown = [];
    for (let run = 0; run < 5; run += 1) {
      const folder = freshFolder();
      await engine.visit(`${server.url}${folder}/page.html`);
      const before = await engine.run(read);
      await engine.run(WORK[way], folder);
      grown.push((await engine.run(read)) - before + (way === "file" ? await engine.run(memoryOfModule, folder) : 0));
    }
    results.push({ name, bytes: median(grown) });
  }
  return results;
}

/** Which the browser does not count: pages of 64 KiB. */
async function memoryOfModule(folder) {
  const { default: init } = await import(`${folder}/connect_flow.js`);
  const { memory } = await init();
  return memory.buffer.byteLength;
}

/** Of two series that were measured in turns: the median of the pairs' ratios. */
const ratioOf = (own, reference) => median(own.map((one, index) => one / reference[index]));

const ready = (side) => side.map((one) => one.ready);

function report(rows, opened, made, memory) {
  const clients = rows.map((row) => ({ ...row, ratio: ratioOf(ready(row.own), ready(row.reference)) }));
  const pages = opened.flatMap(({ took: { reference, ...others }, ...cell }) =>
    Object.entries(others).map(([page, own]) => ({ ...cell, page, own, reference, ratio: ratioOf(own, reference) })),
  );
  const clientLine = ({ engine, network, slow, cache, way, own, reference, ratio }) => [
    engine, network, `${slow} ×`, cache, way,
    own[0].eager === undefined ? "" : ms(median(own.map(({ eager }) => eager))),
    ms(median(ready(own))), ms(quantile(ready(own), 0.95)), ms(median(ready(reference))), times(ratio),
  ];
  const pageLine = ({ engine, network, page, own, reference, ratio }) => [
    engine, network, page, ms(median(own)), ms(quantile(own, 0.95)), ms(median(reference)), times(ratio),
  ];
  const appLines = ({ engine, network, slow, took }) =>
    Object.entries(took).map(([name, each]) => [
      engine, network, `${slow} ×`, name, ms(median(each)), ms(quantile(each, 0.95)), times(ratioOf(took["connect-flow"], each)),
    ]);
  return [
    `To a client that can start, in milliseconds, ${RUNS} times each. *Reference* is \`WebAssembly.compileStreaming(fetch(…))\` of the
same \`.wasm\` file and nothing else, in turns with the others; the ratio is the median of the pairs' ratios. 4G is 9 Mbit/s with
170 ms a round trip, as DevTools emulates it; CPU is its throttling. Cold: a folder of the server that was never asked for; warm: the
same page again, all files kept for ever. Firefox has no such throttling. The ways: \`bundled\` is from \`createClient()\` on, in an app
whose script holds the eager part, as a bundler makes it; \`file\` is from \`import\` on, with the eager part a request of its own
(*import* is that alone); \`inline\` is the same with the script in place of the \`.wasm\` file after a 404, \`js\` with the build without
WebAssembly.`,
    markdown([["engine", "network", "CPU", "cache", "way", "import", "ready", "p95", "reference", "ratio"], ...clients.map(clientLine)]),
    `The same with a cold cache beside what else the platform has, from \`import\` of an app of each (\`bench/entries\`) until its client is made;
without the key, which theirs would need. The ratio is connect-flow's time to theirs.`,
    markdown([["engine", "network", "CPU", "package", "ready", "p95", "ratio"], ...made.flatMap(appLines)]),
    `From the end of the page's HTML to a client, cold, in a page that connects at once. The eager part is in the app's script, which
is fetched first, or a file of its own; hints are \`<link rel="modulepreload">\` for the glue and \`<link rel="preload" as="fetch"
crossorigin>\` for the \`.wasm\` file in the page's head. The reference is a page that only fetches and compiles it, at once.`,
    markdown([["engine", "network", "eager part", "ready", "p95", "reference", "ratio"], ...pages.map(pageLine)]),
    verdict(clients, pages),
    `Memory at ready, more than in the same page without, garbage collected (Chromium, heap of JavaScript and memory of the module; compiled
code is not counted): ${memory.map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(1)} MB`).join(", ")}.`,
  ].join("\n\n");
}

/** Which of all these are as fast as is wanted. */
function verdict(clients, pages) {
  const all = [
    ...clients.map((row) => ({ ...row, name: `\`${row.way}\`, ${row.cache}` })),
    ...pages.map((row) => ({ ...row, name: `page, ${row.page}, cold` })),
  ];
  const say = ({ name, engine, network, slow, ratio }) => `${name}, ${engine}, ${network}${slow > 1 ? `, CPU ${slow} ×` : ""}: ${times(ratio)}`;
  const list = (isChosen) => all.filter(isChosen).map((row) => `- ${say(row)}`).join("\n");
  const within = all.filter(({ ratio }) => ratio <= MOST).length;
  return `Wanted is at most ${MOST} × the reference: so are ${within} of these ${all.length}, and not:\n\n${list(({ ratio }) => ratio > MOST)}`;
}
