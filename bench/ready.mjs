import { markdown } from "../scripts/lib/table.mjs";
import { inEngines } from "./lib/browser.mjs";
import { bundle, nameOf } from "./lib/bundle.mjs";
import { median, ms, quantile, times } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";
import { PLATFORM_PEERS } from "./peers.mjs";

export const title = "Time to ready";

export const needs = ["chromium", "firefox"];

const RUNS = Number(process.env.BENCH_RUNS) || 21;

/** The largest acceptable ratio to the reference. */
const MAX_RATIO = 1.5;

/** 4G as in WebPagetest: 9 Mbit/s, a round trip of 170 ms. */
const NETWORKS = {
  localhost: { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
  "4G": { offline: false, latency: 170, downloadThroughput: 9e6 / 8, uploadThroughput: 9e6 / 8 },
};

const PAGE = `<!doctype html><meta charset="utf-8"><title>Ready</title><link rel="icon" href="data:,">`;
const APP = `<script type="module" src="./ready-app.js"></script>`;

const IMPORT = `const { createClient } = await import("./index.js");
  await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });`;
const OPEN = "await globalThis.open();";
// The lower bound for a module of this size: fetch and streaming compilation.
const COMPILE = `await WebAssembly.compileStreaming(fetch("./connect_flow_bg.wasm"));`;

/** A page that runs `work` while it loads. `whenReady` resolves with the time since the end of its HTML. */
const pageDuringLoad = (head, work, type = "module") => `${PAGE}${head}<script type="${type}">
globalThis.whenReady = (async () => {
  ${work}
  // Read at the end, because the script may run before the HTML has arrived.
  return performance.now() - performance.getEntriesByType("navigation")[0].responseEnd;
})();
</script>`;

/** Makes the browser request the lazy part together with the eager part. */
const hints = (glue) => `<link rel="modulepreload" href="./${glue}">
<link rel="preload" href="./connect_flow_bg.wasm" as="fetch" type="application/wasm" crossorigin>`;

/** Pages that create a client while they load. The last one is the reference. */
const pagesDuringLoad = (glue) => ({
  "the app's script, with hints": pageDuringLoad(hints(glue) + APP, OPEN),
  "the app's script": pageDuringLoad(APP, OPEN),
  "a file of its own, with hints": pageDuringLoad(hints("connect_flow.js"), IMPORT),
  "a file of its own": pageDuringLoad("", IMPORT),
  // A classic script, because module scripts wait for the end of the HTML.
  reference: pageDuringLoad("", COMPILE, "text/javascript"),
});

/** Functions to time in a page. Each loads from a folder and returns `{ eager, ready }` in milliseconds. */
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

/** The ways to create a client: the page, the function, and whether the `.wasm` file is missing. */
const WAYS = {
  bundled: { page: "app", work: "bundled" },
  file: { page: "page", work: "file" },
  inline: { page: "page", work: "file", isMissing: true },
  js: { page: "page", work: "js" },
  reference: { page: "page", work: "reference" },
};

/** A bundled app of each package, timed from `import` on. The others are compared with the first. */
const APPS = {
  "connect-flow": "connect-flow.js",
  ...Object.fromEntries(PLATFORM_PEERS.map(({ name, entry }) => [name, entry])),
};

let folders = 0;

export async function measure({ note, folder, ...found }) {
  const { files, scripts } = await bundle("pages/ready-app.js", { folder });
  const apps = await Promise.all(Object.values(APPS).map((entry) => bundle(`entries/${entry}`, { folder })));
  for (const app of apps) Object.assign(scripts, app.scripts);
  const duringLoad = pagesDuringLoad(nameOf(files.find(({ source }) => source === "dist/connect_flow.js")));
  const names = Object.keys(duringLoad).map((name, index) => [name, `during-load-${index}.html`]);
  const pages = Object.fromEntries(names.map(([name, file]) => [file, duringLoad[name]]));
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
          if (slow === 1) opened.push({ ...cell, took: await openDuringLoad(engine, server, { names, noteRun }) });
          made.push({ ...cell, took: await openApps(engine, server, noteRun) });
        }
      }
      if (engine.cdp) await throttle(engine, NETWORKS.localhost, 1);
      if (engine.cdp) memory.push(...(await measureMemory(engine, server)));
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

/** Measures the ways in turns with the reference, with a cold and a warm cache. */
async function compare(engine, server, { cell, ways, noteRun }) {
  const sides = [...ways, "reference"];
  const took = Object.fromEntries(sides.map((way) => [way, { cold: [], warm: [] }]));
  // Run -1 is a warm-up and is not counted.
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

/** Milliseconds by page name. */
const openDuringLoad = (engine, server, { names, noteRun }) =>
  inTurns(names, noteRun, async (file) => {
    await engine.visit(`${server.url}${freshFolder()}/${file}`);
    return engine.run(() => globalThis.whenReady);
  });

/** Milliseconds by package name, with a cold cache. */
const openApps = (engine, server, noteRun) =>
  inTurns(Object.entries(APPS), noteRun, async (entry) => {
    const folder = freshFolder();
    await engine.visit(`${server.url}${folder}/page.html`);
    return (await engine.run(WORK.app, folder, entry)).ready;
  });

/** Times each entry of `named` with `time`, alternating between them. Returns the results by name. */
async function inTurns(named, noteRun, time) {
  const took = Object.fromEntries(named.map(([name]) => [name, []]));
  // Run -1 is a warm-up and is not counted.
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

/** The bytes of the JavaScript heap and of WebAssembly memory that a client adds to a page. */
async function measureMemory(engine, server) {
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

/** The module's memory, which the browser does not count. */
async function memoryOfModule(folder) {
  const { default: init } = await import(`${folder}/connect_flow.js`);
  const { memory } = await init();
  return memory.buffer.byteLength;
}

/** The median of the ratios of pairs that were measured in turns. */
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
    `The time until a client is ready, in milliseconds, ${RUNS} runs each.

- *Reference*: \`WebAssembly.compileStreaming(fetch(…))\` of the same \`.wasm\` file, alternating with the others. *Ratio*: the median of the pairs' ratios.
- *4G*: 9 Mbit/s with round trips of 170 ms. *CPU*: how much slower the processor is. DevTools emulates both. Firefox cannot slow down the processor.
- *Cold*: a folder that the browser has never requested. *Warm*: the same page again, with immutable files.
- \`bundled\`: from \`createClient()\`, in an app whose script contains the eager part. This is the usual case.
- \`file\`: from \`import\`, with the eager part as a request of its own. *Import* is that request alone.
- \`inline\`: as \`file\`, with the inline module after a 404 for the \`.wasm\` file.
- \`js\`: as \`file\`, with the build without WebAssembly.`,
    markdown([["engine", "network", "CPU", "cache", "way", "import", "ready", "p95", "reference", "ratio"], ...clients.map(clientLine)]),
    `The platform's own packages with a cold cache: from the \`import\` of an app (\`bench/entries\`) until its client exists. They would also need a key.
Ratio: connect-flow divided by the package.`,
    markdown([["engine", "network", "CPU", "package", "ready", "p95", "ratio"], ...made.flatMap(appLines)]),
    `A page that creates the client while it loads, with a cold cache: from the end of its HTML until the client exists. The eager part is in the app's
script, or a file of its own. Hints are \`<link rel="modulepreload">\` for the glue and \`<link rel="preload" as="fetch" crossorigin>\` for the
\`.wasm\` file. The reference is a page that only fetches and compiles that file.`,
    markdown([["engine", "network", "eager part", "ready", "p95", "reference", "ratio"], ...pages.map(pageLine)]),
    verdict(clients, pages),
    `The memory that a ready client adds to a page, after a garbage collection (Chromium, JavaScript heap and the module's memory, without
compiled code): ${memory.map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(1)} MB`).join(", ")}.`,
  ].join("\n\n");
}

/** Lists the rows above the acceptable ratio. */
function verdict(clients, pages) {
  const all = [
    ...clients.map((row) => ({ ...row, name: `\`${row.way}\`, ${row.cache}` })),
    ...pages.map((row) => ({ ...row, name: `page, ${row.page}, cold` })),
  ];
  const say = ({ name, engine, network, slow, ratio }) => `${name}, ${engine}, ${network}${slow > 1 ? `, CPU ${slow} ×` : ""}: ${times(ratio)}`;
  const list = (isChosen) => all.filter(isChosen).map((row) => `- ${say(row)}`).join("\n");
  const within = all.filter(({ ratio }) => ratio <= MAX_RATIO).length;
  return `${within} of these ${all.length} are at most ${MAX_RATIO} × the reference. The others:\n\n${list(({ ratio }) => ratio > MAX_RATIO)}`;
}
