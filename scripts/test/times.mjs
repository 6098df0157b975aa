import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { inCache, inRoot } from "../lib/paths.mjs";
import { ask } from "../lib/run.mjs";

const FILE = inCache("test-times.json");

/** The states that a run can start in, each with a path that is missing in it and in those before. */
const STATES = {
  "nothing installed": () => inCache("tools"),
  "tools, nothing compiled": () => inCache("target"),
  "a fresh clone": () => inRoot("dist"),
};

/** The state now, by what exists in the cache and in this clone. */
export const stateNow = () => Object.keys(STATES).find((state) => !existsSync(STATES[state]())) ?? "built before";

/** Records the duration of a whole `npm test`, which `npm run bench -- build` reports. */
export function keepTime(state, ms, stages) {
  const commit = ask("git", ["rev-parse", "--short", "HEAD"]);
  const run = { date: new Date().toISOString().slice(0, 10), commit, ms, stages };
  mkdirSync(inCache(), { recursive: true });
  writeFileSync(FILE, JSON.stringify({ ...keptTimes(), [state]: run }));
}

/** The last whole run from each state: `{ [state]: { date, commit, ms, stages } }`, where `stages` are `[name, time]`. */
export const keptTimes = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {});
