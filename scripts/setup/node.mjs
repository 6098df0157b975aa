import { readFileSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";
import { Stop } from "../lib/stop.mjs";

export function requireNode() {
  const { engines } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  const own = process.versions.node;
  throw new Stop(`Node ${own} is too old, ${engines.node} is needed; install it: https://nodejs.org/en/download`);
}
