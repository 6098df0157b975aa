import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { inCache, inRoot } from "../lib/paths.mjs";
import { ask } from "../lib/run.mjs";

const FILE = inCache("test-times.json");

/** What a command finds, by which its time differs; the first in which this and all that follows is missing. */
const STATES = {
  "nothing installed": () => inCache("tools"),
  "tools, nothing compiled": () => inCache("target"),
  "a fresh clone": () => inRoot("dist"),
};

/** The state as it is now: whether this cache has the tools, and what cargo compiles, and this clone what the build makes. */
export const stateNow = () => Object.keys(STATES).find((state) => !existsSync(STATES[state]())) ?? "built before";

/** Keeps how long the whole of `npm test` took, for `npm run bench -- build`: nobody wants to wait for it a second time. */
export function keepTime(state, ms, stages) {
  const commit = ask("git", ["rev-parse", "--short", "HEAD"]);
  const run = { date: new Date().toISOString().slice(0, 10), commit, ms, stages };
  mkdirSync(inCache(), { recursive: true });
  writeFileSync(FILE, JSON.stringify({ ...keptTimes(), [state]: run }));
}

/** The last whole run from each state: `{ [state]: { date, commit, ms, stages } }`, `stages` being `[name, time]`. */
export const keptTimes = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {});
