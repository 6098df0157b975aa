import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { inRoot } from "../lib/paths.mjs";
import { readDocument, readSection, readTables } from "../lib/sections.mjs";

const BUDGETS = inRoot("scripts", "size", "budgets.json");

/** The most bytes by which docs/sizes.md may differ from the build. */
const TOLERANCE = 150;

/** The files that a page downloads together: at import, for React, and for a flow in each way to load the module. */
export const GROUPS = {
  eager: ["index.js"],
  react: ["react.js"],
  lazy: ["connect_flow.js", "connect_flow_bg.wasm"],
  "lazy, the file not served": ["connect_flow.js", "connect_flow_inline.js"],
  "lazy, without WebAssembly": ["connect_flow_js.js"],
};

/** A change may cost this part of the budget without failing. */
const SLACK = 0.03;

/** Size at brotli level 11. */
export function brotli(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

/** Sizes: raw, gzip level 9, brotli level 11. */
export const weigh = (bytes) => ({ raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli(bytes) });

/** `{ budget, limit }` of each group in bytes of brotli: the goal, and the limit above which the stage fails. */
export const readBudgets = () => JSON.parse(readFileSync(BUDGETS, "utf8"));

/** The sizes of the groups in dist/, with their budgets. */
export function measureGroups(budgets = readBudgets()) {
  return Object.entries(GROUPS).map(([name, names]) => {
    const files = names.map((file) => ({ file, ...weigh(readFileSync(inRoot("dist", file))) }));
    const total = (key) => files.reduce((sum, one) => sum + one[key], 0);
    return { name, ...budgets[name], files, raw: total("raw"), gzip: total("gzip"), brotli: total("brotli") };
  });
}

/** Also true for a group without a limit. */
export const isOver = ({ brotli, limit }) => !(brotli <= limit);

/** The groups for which docs/sizes.md has another size than the build. */
export function staleGroups(groups) {
  const rows = readTables(readSection(readDocument("docs/sizes.md"), "measured")).flat();
  return groups.filter(({ name, brotli }) => {
    const written = rows.find(({ file }) => file === `= ${name}`)?.brotli.replaceAll(",", "");
    return !(Math.abs(brotli - written) <= TOLERANCE);
  });
}

/** A group's size compared with its budget and its limit, as text. */
export function verdict({ brotli, budget, limit }) {
  if (brotli > limit) return `OVER its limit of ${thousands(limit)} by ${thousands(brotli - limit)}`;
  const goal = brotli <= budget ? "fits" : `${(brotli / budget).toFixed(1)} times`;
  return `${goal} ${thousands(budget)}, limit ${thousands(limit)}`;
}

/**
 * The new limit: this size and 3 % of the budget. It only goes down, and never above the budget once the size fits it.
 */
export function lower({ brotli, budget, limit }) {
  const next = Math.round(brotli + SLACK * budget);
  return Math.min(limit, brotli <= budget ? Math.min(next, budget) : next);
}

/** Writes the new limits of these groups. Returns the groups with them. */
export function record(groups) {
  const recorded = groups.map((group) => ({ ...group, limit: lower(group) }));
  const lines = recorded.map(({ name, budget, limit }) => `  ${JSON.stringify(name)}: { "budget": ${budget}, "limit": ${limit} }`);
  writeFileSync(BUDGETS, `{\n${lines.join(",\n")}\n}\n`);
  return recorded;
}

export const thousands = (number) => number.toLocaleString("en-US");
