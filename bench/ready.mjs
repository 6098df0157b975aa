import { markdown } from "../scripts/lib/table.mjs";
import { inEngines } from "./lib/browser.mjs";
import { median, ms, quantile, times } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";

export const title = "Time to ready";

export const needs = ["chromium", "firefox"];

const RUNS = Number(process.env.BENCH_RUNS) || 11;

/** WebPagetest's 4G: 9 Mbit/s, 170 ms for a round trip. */
const NETWORKS = {
  localhost: { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
  "4G": { offline: false, latency: 170, downloadThroughput: 9e6 / 8, uploadThroughput: 9e6 / 8 },
};

const PAGE = `<!doctype html><meta charset="utf-8"><title>Ready</title><link rel="icon" href="data:,">`;

/** Connects as soon as it is there; with hints, the browser asks for the lazy part together with the eager one. */
const atOnce = (hints) => `${PAGE}${hints}<script type="module">
const [{ responseEnd }] = performance.getEntriesByType("navigation");
globalThis.whenReady = (async () => {
  const { createClient } = await import("./index.js");
  await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  return performance.now() - responseEnd;
})();
</script>`;

const HINTS = `<link rel="modulepreload" href="./connect_flow.js">
<link rel="preload" href="./connect_flow_bg.wasm" as="fetch" type="application/wasm" crossorigin>`;

/** What can be timed in a page. Each is given the folder to load from and gives `{ eager, ready }` in milliseconds. */
const WAYS = {
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
  // What nothing can be faster than that is a module of this size: it is fetched, and compiled while it arrives.
  reference: async (folder) => {
    const start = performance.now();
    await WebAssembly.compileStreaming(fetch(`${folder}/connect_flow_bg.wasm`));
    return { eager: 0, ready: performance.now() - start };
  },
};

let folders = 0;

export async function measure({ note, ...found }) {
  const server = await serve({ "page.html": PAGE, "plain.html": atOnce(""), "hinted.html": atOnce(HINTS) });
  const rows = [];
  const hints = [];
  const memory = [];
  try {
    await inEngines(["chromium", "firefox"], found, async (engine) => {
      const networks = engine.cdp ? Object.keys(NETWORKS) : ["localhost"];
      for (const network of networks) {
        for (const slow of engine.cdp ? [1, 4] : [1]) {
          note(`${engine.name}, ${network}, CPU ${slow} times as slow`);
          await throttle(engine, NETWORKS[network], slow);
          const cell = { engine: engine.name, network, slow };
          rows.push(...(await compare(engine, server, { ...cell, way: "file" })));
          if (slow === 1) rows.push(...(await otherWays(engine, server, cell)));
          if (slow === 1) hints.push({ ...cell, ...(await compareHints(engine, server)) });
        }
      }
      if (engine.cdp) await throttle(engine, NETWORKS.localhost, 1);
      if (engine.cdp) memory.push(...(await weighMemory(engine, server)));
    });
  } finally {
    await server.close();
  }
  return { text: report(rows, hints, memory) };
}

async function throttle({ cdp }, network, rate) {
  if (!cdp) return;
  await cdp("Network.enable");
  await cdp("Network.emulateNetworkConditions", network);
  await cdp("Emulation.setCPUThrottlingRate", { rate });
}

/** The same way in turns with the reference, with a cold and a warm cache. */
async function compare(engine, server, cell) {
  const cold = { own: [], reference: [] };
  const warm = { own: [], reference: [] };
  // The first is for whatever the browser does once.
  for (let run = -1; run < RUNS; run += 1) {
    for (const [side, way] of [["own", cell.way], ["reference", "reference"]]) {
      const folder = freshFolder(cell.missing && side === "own");
      const both = [await time(engine, server, folder, way), await time(engine, server, folder, way)];
      if (run < 0) continue;
      cold[side].push(both[0]);
      warm[side].push(both[1]);
    }
  }
  return [{ ...cell, cache: "cold", ...cold }, { ...cell, cache: "warm", ...warm }];
}

async function otherWays(engine, server, cell) {
  server.missing.add("/gone/connect_flow_bg.wasm");
  const inline = await compare(engine, server, { ...cell, way: "file", name: "inline", missing: true });
  const js = await compare(engine, server, { ...cell, way: "js", name: "js" });
  return [...inline, ...js];
}

async function compareHints(engine, server) {
  const took = { plain: [], hinted: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const name of Object.keys(took)) {
      await engine.visit(`${server.url}${freshFolder()}/${name}.html`);
      took[name].push(await engine.run(() => globalThis.whenReady));
    }
  }
  return took;
}

const freshFolder = (isMissing) => `/run-${Date.now()}-${(folders += 1)}${isMissing ? "/gone" : ""}`;

async function time(engine, server, folder, way) {
  await engine.visit(`${server.url}${folder}/page.html`);
  return engine.run(WAYS[way], folder);
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
      await engine.run(WAYS[way], folder);
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

function report(rows, hints, memory) {
  const ready = (side) => side.map((one) => one.ready);
  const line = ({ engine, network, slow, cache, name = "file", own, reference }) => [
    engine, network, `${slow} ×`, cache, name,
    ms(median(own.map(({ eager }) => eager))),
    ms(median(ready(own))),
    ms(quantile(ready(own), 0.95)),
    ms(median(ready(reference))),
    times(median(own.map((one, index) => one.ready / reference[index].ready))),
  ];
  const hintLine = ({ engine, network, plain, hinted }) => [
    engine, network, ms(median(plain)), ms(median(hinted)), times(median(hinted.map((one, index) => one / plain[index]))),
  ];
  return [
    `From \`import\` to a client that can start, in milliseconds, ${RUNS} times each. *Import* is the eager part alone. *Reference* is
\`WebAssembly.compileStreaming(fetch(…))\` of the same \`.wasm\` file and nothing else, in turns with the other; the ratio is the
median of the pairs' ratios. 4G is 9 Mbit/s with 170 ms a round trip, as DevTools emulates it; CPU is its throttling. Cold: a folder of
the server that was never asked for; warm: the same page again, all files kept for ever. Firefox has no such throttling. The ways:
\`file\` is the \`.wasm\` file, \`inline\` the script in its place after a 404, \`js\` the build without WebAssembly.`,
    markdown([["engine", "network", "CPU", "cache", "way", "import", "ready", "p95", "reference", "ratio"], ...rows.map(line)]),
    `From the end of the page's HTML to a client, in milliseconds, cold, in a page that connects at once: as it is, and with \`<link
rel="modulepreload">\` for \`connect_flow.js\` and \`<link rel="preload" as="fetch" crossorigin>\` for the \`.wasm\` file in its head.`,
    markdown([["engine", "network", "as it is", "with hints", "ratio"], ...hints.map(hintLine)]),
    `Memory at ready, more than in the same page without, garbage collected (Chromium, heap of JavaScript and memory of the module; compiled
code is not counted): ${memory.map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(1)} MB`).join(", ")}.`,
  ].join("\n\n");
}
