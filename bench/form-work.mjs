import { inRoot } from "../scripts/lib/paths.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { inEngines } from "./lib/browser.mjs";
import { bundle } from "./lib/bundle.mjs";
import { median, ms, quantile } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";

export const title = "Work of a form";

export const needs = ["chromium", "firefox"];

const CALLS = Number(process.env.BENCH_RUNS) || 200;

/** The CPU throttling for an older phone. */
const SLOW = 4;

const COUNTS = [10, 100];

const JOBS = {
  "keystroke, flow": "a key stroke: `validateParams` of the flow's fields",
  "keystroke, schema": "a key stroke: `validate` of `toStandardSchema`",
  "keystroke, list": "a key stroke: `validateParams` of a list of the page's own",
  transition: "a transition: a rejected `submit` and its snapshot",
  snapshot: "an unchanged snapshot",
};

const PAGE = `<!doctype html><meta charset="utf-8"><title>Form</title><link rel="icon" href="data:,">
<script type="module" src="./form-work.js"></script>`;

/** An app that asks for this number of values. */
const appOf = (count) => ({
  key: `form-${count}`,
  authScheme: "API_KEY",
  fields: Array.from({ length: count }, (_, index) => ({ name: `field_${index}`, displayName: `Field ${index}`, description: "What the provider calls it." })),
});

export async function measure({ note, folder, before, ...found }) {
  const builds = { now: inRoot("dist"), ...(before && { before }) };
  const servers = {};
  for (const [name, dist] of Object.entries(builds)) {
    const { scripts } = await bundle("pages/form-work.js", { folder, dist });
    servers[name] = await serve({ "form-work.html": PAGE, ...scripts }, { apps: COUNTS.map(appOf), dist });
  }
  const rows = [];
  try {
    await inEngines(["chromium", "firefox"], found, async (engine) => {
      for (const rate of engine.cdp ? [1, SLOW] : [1]) {
        await engine.cdp?.("Emulation.setCPUThrottlingRate", { rate });
        for (const count of COUNTS) {
          note(`${engine.name}, ${count} fields, CPU ${rate} times as slow`);
          const took = {};
          for (const [name, { url }] of Object.entries(servers)) {
            await engine.open(`${url}/app/form-work.html`);
            const results = await engine.run((...values) => globalThis.formWork(...values), appOf(count).key, CALLS);
            if (results.count !== count) throw new Error(`the form has ${results.count} fields, not ${count}`);
            took[name] = results.took;
          }
          for (const job of Object.keys(JOBS)) rows.push({ engine: engine.name, rate, count, job, now: took.now[job], before: took.before?.[job] });
        }
      }
    });
  } finally {
    for (const server of Object.values(servers)) await server.close();
  }
  return { text: report(rows, Boolean(before)) };
}

function report(rows, hasBefore) {
  const cells = (took) => [ms(median(took)), ms(quantile(took, 0.95)), ms(Math.max(...took))];
  const line = ({ engine, rate, count, job, now, before }) => [engine, `${rate} ×`, count, JOBS[job], ...cells(now), ...(hasBefore ? cells(before) : [])];
  const columns = ["median", "p95", "longest"];
  const head = ["engine", "CPU", "fields", "work", ...columns, ...(hasBefore ? columns.map((name) => `before, ${name}`) : [])];
  return [
    `What a form of 10 and 100 fields does on the main thread, in milliseconds. All fields are required. Each job runs ${CALLS} times. The page does
other work between two calls, and cannot react during one.

- *CPU*: how much slower the processor is. DevTools slows it by pausing the page, so single calls can be long.
- *p95*: 95 % of the calls are shorter.${hasBefore ? "\n- *Before*: the same of an earlier commit." : ""}`,
    markdown([head, ...rows.map(line)]),
  ].join("\n\n");
}
