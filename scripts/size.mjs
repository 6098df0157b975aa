import { build } from "./build.mjs";
import { step } from "./lib/progress.mjs";
import { writeSection } from "./lib/sections.mjs";
import { main, readArgs } from "./lib/stop.mjs";
import { markdown, table } from "./lib/table.mjs";
import { ensure } from "./setup/index.mjs";
import { byConcern } from "./size/concerns.mjs";
import { namedModule } from "./size/named-module.mjs";
import { countRequests, MOST_REQUESTS } from "./size/requests.mjs";
import { isOver, measureGroups, record, thousands, verdict } from "./size/sizes.mjs";
import { readWasm } from "./size/wasm-reader.mjs";

const HELP = `npm run size               bytes of each download, requests of each connection, and what takes the space
npm run size -- --record   lowers the limits in scripts/size/budgets.json after a reduction
npm run size -- --write    writes the tables of docs/sizes.md`;

const TOP = 15;

/**
 * The crate of a function: `<alloc::vec::Vec<T> as Drop>::drop` -> `alloc`. Another crate's function that was compiled for one of our types
 * or closures counts as ours.
 */
function crateOf(name) {
  if (name.includes("connect_flow::")) return "connect_flow";
  const path = name.replace(/^(?:[<&*\s([]|dyn |mut |const |unsafe |extern "[^"]*" |fn\()+/, "");
  const crate = path.match(/^(\w+)::/)?.[1] ?? "(exports and glue)";
  return crate === "__rustc" ? "std" : crate;
}

// Rust's names contain the hash of each crate: `core[27cd0353e63fa9bc]::fmt::write`.
const withoutHashes = (name) => name.replace(/\[[0-9a-f]{12,16}\]/g, "").replace(/::h[0-9a-f]{16}$/, "");

function breakdown(bytes) {
  const { functions, rest } = readWasm(bytes);
  const all = functions
    .map((one) => ({ ...one, name: withoutHashes(one.name) }))
    .map((one) => ({ ...one, crate: crateOf(one.name) }))
    .sort((a, b) => b.size - a.size);
  const crates = new Map();
  for (const { crate, size } of all) {
    const sum = crates.get(crate) ?? { crate, size: 0, functions: 0 };
    crates.set(crate, { crate, size: sum.size + size, functions: sum.functions + 1 });
  }
  const top = all.slice(0, TOP).map(({ name, size, crate }) => ({ name, size, crate }));
  return { crates: [...crates.values()].sort((a, b) => b.size - a.size), concerns: byConcern(all), top, notCode: rest };
}

function printSizes(groups) {
  const rows = groups.flatMap((group) => {
    const bytes = ({ raw, gzip, brotli }) => [raw, gzip, brotli].map(thousands);
    return [...group.files.map((one) => [one.file, ...bytes(one), ""]), [`= ${group.name}`, ...bytes(group), verdict(group)]];
  });
  print("What a page downloads, in bytes", [["file", "raw", "gzip", "brotli", "budget"], ...rows]);
}

function printBreakdown({ crates, concerns, top, notCode }) {
  const shorten = (name) => (name.length > 100 ? `${name.slice(0, 99)}…` : name);
  const rows = concerns.map((one) => [one.concern, thousands(one.bytes), one.functions, thousands(one.brotli)]);
  print("What each concern weighs", [["concern", "bytes", "functions", "brotli saved without it"], ...rows]);
  const notOfCrates = ["what is not code: constants, types, imports, exports", thousands(notCode), ""];
  print("What each crate weighs", [["crate", "bytes", "functions"], ...crates.map((one) => [one.crate, thousands(one.size), one.functions]), notOfCrates]);
  print("The largest functions", [["bytes", "crate", "function"], ...top.map((one) => [thousands(one.size), one.crate, code(shorten(one.name))])]);
}

function printRequests(requests) {
  const rows = requests.map(({ app, connectionStatus, requests: count, asked }) => [
    app, connectionStatus, `${count} of at most ${MOST_REQUESTS}`, asked.map(code).join(", "),
  ]);
  print("Requests from the click", [["app", "status", "requests", "what is requested"], ...rows]);
}

const code = (text) => `\`${text}\``;

/** Writes the tables of this command into docs/sizes.md. */
function writeReport() {
  const tables = printed.map(({ title, rows }) => `### ${title}\n\n${markdown(rows)}`);
  writeSection("docs/sizes.md", "measured", `Measured with Node ${process.versions.node}.\n\n${tables.join("\n\n")}`);
}

const printed = [];

function print(title, rows) {
  for (const line of ["", title, "", ...table(rows)]) console.log(line);
  printed.push({ title, rows });
}

await main(async () => {
  const { values } = readArgs({ record: { type: "boolean" }, write: { type: "boolean" } });
  if (values.help) return void console.log(HELP);
  await build();
  const { wasm: toolchain } = await ensure("wasm", "wasm-bindgen");
  const measured = measureGroups();
  const groups = values.record ? record(measured) : measured;
  const requests = await countRequests();
  const { wasm } = await step("what takes the space", () => namedModule(toolchain));
  printSizes(groups);
  printRequests(requests);
  printBreakdown(breakdown(wasm));
  if (values.write) writeReport();
  return groups.some(isOver) || requests.some(({ requests: count }) => count > MOST_REQUESTS) ? 1 : 0;
});
