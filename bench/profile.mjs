import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { inRoot } from "../scripts/lib/paths.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { namedModule } from "../scripts/size/named-module.mjs";
import { inEngine } from "./lib/browser.mjs";
import { bundle } from "./lib/bundle.mjs";
import { median, ms, times } from "./lib/numbers.mjs";
import { namesIn, shares } from "./lib/profile.mjs";
import { serve } from "./lib/server.mjs";

export const title = "Profiles";

export const needs = ["chromium", "wasm", "wasm-bindgen"];

const PROFILE_MS = 2000;

const SCRIPTS = ["pages/profile.js", "pages/fields.js", "pages/callback-url.js", "reference/callback.js", "reference/validate.js"];

const page = (script) => `<!doctype html><meta charset="utf-8"><title></title><link rel="icon" href="data:,">
<script type="module" src="./${script}"></script>`;

/** Groups of functions by name. Built-in functions that a job calls directly have no frame of their own. */
const GROUPS = [
  ["`JSON.parse`, with which both sides begin", /^ofTheJob$/],
  ["the browser's garbage collector", /^\(garbage collector\)$/],
  ["`JSON.stringify` of the fields, and passing the text into the module", /stringify|passStringToWasm|encodeText/],
  ["values into the module, one by one", /browser::value|Reflect|__wbg_(?:get|ownKeys|isArray|has)_|string_get|number_get|boolean_get|is_undefined|is_object/],
  ["issues out of the module, one by one", /erialize|core::plain|^decode$|decodeText|getStringFromWasm|__wbg_(?:set|new|push)_/],
  ["memory: allocating, growing, copying, freeing", /talc|alloc::|RawVec|drop_in_place|memmove|memcpy|__rust/],
  ["decoding the fields", /core::(?:fields|words|value|secret|text)/],
  ["the callback's parameters", /core::(?:callback|url)|form_urlencoded|percent/],
  ["validating the values", /core::(?:validate|normalise|pattern|order)|memcmp|memchr|<str>::trim/],
  ["between JavaScript and WebAssembly, the rest", /wasm-to-js|js-to-wasm|externref|__wb|getDataView|getUint8|get buffer|addHeapObject|connect_flow|bindgen/],
  ["the rest", /(?:)/],
];

/** Ways to start the browser. */
const WAYS = [
  { how: "with its defaults" },
  { how: "with eager compilation (`--no-wasm-lazy-compilation`)", args: ["--js-flags=--no-wasm-lazy-compilation"] },
];

const BROWSERS = 7;
const CLICKS = 30;

export async function measure({ note, folder, wasm: toolchain, ...found }) {
  const { wasm, glue } = await namedModule(toolchain);
  const { scripts } = await bundle("pages/clicks.js", { folder });
  const server = await serve({
    "profile.html": page("profile.js"),
    ...Object.fromEntries(SCRIPTS.map((path) => [basename(path), readFileSync(inRoot("bench", path))])),
    "connect_flow.js": glue,
    "connect_flow_bg.wasm": wasm,
  });
  const clicks = await serve({ "clicks.html": page("clicks.js"), ...scripts });
  try {
    note("fields");
    const profiles = await inEngine("chromium", found, async (engine) => {
      await engine.open(`${server.url}/app/profile.html`);
      const nameOf = namesIn(glue);
      return [await profile(engine, "fields", nameOf), await profile(engine, "callback", nameOf)];
    });
    const rows = [];
    for (const way of WAYS) {
      note(`clicks, Chromium ${way.how}`);
      rows.push({ ...way, ...(await click(way.args, found, `${clicks.url}/app/clicks.html`)) });
    }
    return { text: report(profiles, rows) };
  } finally {
    await server.close();
    await clicks.close();
  }
}

async function profile(engine, name, nameOf) {
  const work = (isReference) => engine.run((...values) => globalThis.work(...values), name, isReference, PROFILE_MS);
  // Warms up until all functions are optimized.
  await work(false);
  const [took, reference] = [await work(false), await work(true)];
  await engine.cdp("Profiler.enable");
  await engine.cdp("Profiler.setSamplingInterval", { interval: 100 });
  await engine.cdp("Profiler.start");
  await work(false);
  const { profile } = await engine.cdp("Profiler.stop");
  return { ratio: took / reference, parts: shares(profile, GROUPS, nameOf) };
}

/** Measures clicks in a new browser each time, because pages of one browser share compiled code. */
async function click(args, found, url) {
  const took = { own: { first: [], later: [] }, byHand: { first: [], later: [] } };
  for (let each = 0; each < BROWSERS; each += 1) {
    for (const [side, { first, later }] of Object.entries(took)) {
      await inEngine("chromium", found, async (browser) => {
        await browser.open(url);
        const clicks = await browser.run((name, count) => globalThis.click(name, count), side, CLICKS);
        first.push(clicks[0]);
        later.push(median(clicks.slice(-CLICKS / 3)));
      }, args);
    }
  }
  return took;
}

function report([fields, callback], rows) {
  const cells = ({ first, later }) => [ms(median(first)), ms(median(later))];
  const partOf = ({ parts, ratio }, name) => {
    const { part } = parts.find((one) => one.name === name) ?? { part: 0 };
    return [`${(100 * part).toFixed(1)} %`, times(part * ratio)];
  };
  const names = [...new Set([...fields.parts, ...callback.parts].map(({ name }) => name))];
  return [
    `Where the time goes in Chromium, by DevTools' profiler and the names of the module's functions. An inlined function counts as its caller. The jobs are
\`validateParams\` of 1,000 fields with \`JSON.parse\`, and \`parseCallback\`. The whole job takes ${times(fields.ratio)} (fields) and ${times(callback.ratio)} (callback) the
time of plain JavaScript in the same page. *Ratio*: the share of one row in it.`,
    markdown([
      ["what it does", "of the fields' time", "ratio", "of the callback's time", "ratio"],
      ...names.map((name) => [name, ...partOf(fields, name), ...partOf(callback, name)]),
    ]),
    `The time from a click to the redirect, in milliseconds, without the time of the request. The fields are already loaded, and the sandbox answers in the page.
*First*: the first click in each of ${BROWSERS} new browsers. *Later*: one of the last ${CLICKS / 3} of ${CLICKS} clicks in one page. Medians.`,
    markdown([
      ["Chromium", "first, connect-flow", "later", "first, by hand", "later", "first, above by hand", "later"],
      ...rows.map(({ how, own, byHand }) => {
        const above = ["first", "later"].map((which) => ms(median(own[which].map((took, index) => took - byHand[which][index]))));
        return [how, ...cells(own), ...cells(byHand), ...above];
      }),
    ]),
  ].join("\n\n");
}
