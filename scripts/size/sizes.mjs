import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { inRoot } from "../lib/paths.mjs";

const BUDGETS = inRoot("scripts", "size", "budgets.json");

/** What a page downloads at one time: at import, for React, and for a flow, by each of the ways to the module. */
export const GROUPS = {
  eager: ["index.js"],
  react: ["react.js"],
  lazy: ["connect_flow.js", "connect_flow_bg.wasm"],
  "lazy, the file not served": ["connect_flow.js", "connect_flow_inline.js"],
  "lazy, without WebAssembly": ["connect_flow_js.js"],
};

/** How much of its budget a change may cost, unnoticed. */
const SLACK = 0.03;

/** Bytes at brotli's level 11. */
export function brotli(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

/** What these bytes weigh: raw, gzip at level 9, brotli at level 11. */
export const weigh = (bytes) => ({ raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli(bytes) });

/** Of each budget, `{ budget, limit }` in bytes of brotli: what is aimed at, and above what a change fails. */
export const readBudgets = () => JSON.parse(readFileSync(BUDGETS, "utf8"));

/** The groups of dist/ as they weigh today, beside their budgets. */
export function measureGroups(budgets = readBudgets()) {
  return Object.entries(GROUPS).map(([name, names]) => {
    const files = names.map((file) => ({ file, ...weigh(readFileSync(inRoot("dist", file))) }));
    const total = (key) => files.reduce((sum, one) => sum + one[key], 0);
    return { name, ...budgets[name], files, raw: total("raw"), gzip: total("gzip"), brotli: total("brotli") };
  });
}

/** Also true for a group without a limit. */
export const isOver = ({ brotli, limit }) => !(brotli <= limit);

/** What to say of a group: how far it is from its aim and from its limit. */
export function verdict({ brotli, budget, limit }) {
  if (brotli > limit) return `OVER its limit of ${thousands(limit)} by ${thousands(brotli - limit)}`;
  const aim = brotli <= budget ? "fits" : `${(brotli / budget).toFixed(1)} times`;
  return `${aim} ${thousands(budget)}, limit ${thousands(limit)}`;
}

/**
 * The limit after this size was recorded: it and 3 % of its budget. It only goes down, and what fits its budget once has to
 * stay there.
 */
export function lower({ brotli, budget, limit }) {
  const next = Math.round(brotli + SLACK * budget);
  return Math.min(limit, brotli <= budget ? Math.min(next, budget) : next);
}

/** Writes the limits that follow from these groups; gives the groups with them. */
export function record(groups) {
  const recorded = groups.map((group) => ({ ...group, limit: lower(group) }));
  const lines = recorded.map(({ name, budget, limit }) => `  ${JSON.stringify(name)}: { "budget": ${budget}, "limit": ${limit} }`);
  writeFileSync(BUDGETS, `{\n${lines.join(",\n")}\n}\n`);
  return recorded;
}

export const thousands = (number) => number.toLocaleString("en-US");
