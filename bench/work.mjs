import { markdown } from "../scripts/lib/table.mjs";
import { inEngines } from "./lib/browser.mjs";
import { bundle } from "./lib/bundle.mjs";
import { median, ms, times } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";

export const title = "Work on the main thread";

export const needs = ["chromium", "firefox"];

const PAGE = `<!doctype html><meta charset="utf-8"><title>Work</title><link rel="icon" href="data:,">
<script type="module" src="./work.js"></script>`;

const NAMES = { own: "connect-flow", reference: "plain JavaScript" };

const JOBS = {
  callback: "parse a callback",
  "fields 10": "decode and validate 10 fields",
  "fields 1000": "decode and validate 1,000 fields",
  "fields 100000": "decode and validate 100,000 fields",
  "floor 1000": "only `JSON.parse` and `JSON.stringify` of 1,000 fields, compared with the whole reference",
  transition: "one transition: a rejected submit with new issues",
  snapshot: "one unchanged snapshot",
};

// The CPU throttling for an older phone, and the numbers of fields to validate.
const SLOW = 4;
const COUNTS = [10, 100, 1000, 10_000, 100_000];

export async function measure({ note, folder, ...found }) {
  const { scripts } = await bundle("pages/work.js", { folder });
  const server = await serve({ "work.html": PAGE, ...scripts });
  const rows = [];
  const growth = [];
  const calls = [];
  try {
    await inEngines(["chromium", "firefox"], found, async (engine) => {
      note(engine.name);
      await engine.open(`${server.url}/app/work.html`);
      const results = await engine.run(() => globalThis.work());
      for (const name of Object.keys(JOBS)) rows.push({ engine: engine.name, name, ...results[name] });
      for (const side of ["own", "reference"]) growth.push({ engine: engine.name, side, ...exponents(results, side) });
      for (const rate of engine.cdp ? [1, SLOW] : [1]) {
        await engine.cdp?.("Emulation.setCPUThrottlingRate", { rate });
        calls.push({ engine: engine.name, rate, took: await engine.run((counts) => globalThis.longest(counts), COUNTS) });
      }
    });
  } finally {
    await server.close();
  }
  return { text: report(rows, growth, calls) };
}

/** The growth of the time as a power of the number of fields. 1 is linear. */
function exponents(results, side) {
  const took = (count) => median(results[`fields ${count}`][side].each);
  const between = (from, to) => Math.log(took(to) / took(from)) / Math.log(to / from);
  return { whole: between(10, 100_000), upper: between(1000, 100_000) };
}

function report(rows, growth, calls) {
  const rate = (each) => (1000 / median(each)).toLocaleString("en-US", { maximumSignificantDigits: 3 });
  const longest = (side) => (side.longest >= 0.1 ? ms(side.longest) : "");
  const line = ({ engine, name, own, reference }) => [
    engine, JOBS[name], rate(own.each), rate(reference.each),
    times(median(own.each.map((one, index) => one / reference.each[index]))), longest(own), longest(reference),
  ];
  return [
    `The same job is done by connect-flow and by plain JavaScript with the browser's \`URL\` and \`JSON\` (\`bench/reference\`), in turns. Both give the same result.

- *A second*, *reference*: how often the job is done each second.
- *Ratio of times*: connect-flow divided by plain JavaScript. Above 1, it is the price of WebAssembly and of passing values in and out.
- *Longest call*: in milliseconds. The page cannot react during it. Users notice more than 50.

The fields come as text, so both sides begin with \`JSON.parse\`. A list enters the module as text, which also takes \`JSON.stringify\`.`,
    markdown([["engine", "job", "a second", "reference", "ratio of times", "longest call", "of the reference"], ...rows.map(line)]),
    "How the time grows with the number of fields, as the exponent of a power law. 1 is linear:",
    markdown([
      ["engine", "", "from 10 to 100,000", "from 1,000 to 100,000"],
      ...growth.map(({ engine, side, whole, upper }) => [engine, NAMES[side], whole.toFixed(2), upper.toFixed(2)]),
    ]),
    `The longest of seven calls of \`validateParams\` with \`JSON.parse\`, in milliseconds. Such a call is one task. Above 16 ms, a frame is late:`,
    markdown([
      ["engine", "CPU", ...COUNTS.map((count) => `${count.toLocaleString("en-US")} fields`)],
      ...calls.map(({ engine, rate, took }) => [engine, `${rate} ×`, ...took.map(ms)]),
    ]),
  ].join("\n\n");
}
