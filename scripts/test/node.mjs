import { readdirSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { countNode } from "./counts.mjs";

export const LIMIT_MS = 20 * 60_000;

const UNREF = new URL("unref.mjs", import.meta.url).href;

/** The test files below a folder of `tests`, as paths in the repository. Node 20 takes no patterns after `--test`. */
export const testFiles = (folder) =>
  readdirSync(inRoot("tests", folder), { recursive: true })
    .filter((file) => file.endsWith(".test.mjs"))
    .map((file) => `tests/${folder}/${file.replaceAll(sep, "/")}`)
    .sort();

/** Node's test runner on these files. Node 20 applies `--test-timeout` to each file, and ends it with everything it started. */
const runFiles = (files, { note, limitMs, flags = [], env }) => {
  const args = ["--test", "--test-reporter=spec", `--test-timeout=${limitMs}`, ...flags, ...files];
  return run(process.execPath, args, { note, env, check: false, timeoutMs: LIMIT_MS });
};

/**
 * The members of a stage that runs test files in Node.
 * @param limitMs for each file.
 * @param env gives the environment, from what setup found.
 */
export const inNode = (files, { limitMs = 2 * 60_000, flags = [], env = () => ({}) } = {}) => ({
  files,
  count: countNode,
  run: async ({ note, only = files, ...found }) =>
    runFiles(only, { note, limitMs, flags: ["--import", UNREF, ...flags], env: await env({ note, ...found }) }),
});

/** Files that use scenarios.mjs run in one process, so that they share a browser. */
const sharesBrowser = (file) => readFileSync(inRoot(file), "utf8").includes("support/scenarios.mjs");

/** The members of a stage that runs test files in a browser. tests/README.md says which tests run in every engine. */
export const inEngine = (engine, files, ownEnv) => ({
  needs: ["npm", engine, "screen"],
  after: ["build"],
  impossible: engine === "webkit" && process.platform !== "linux" && "WebKitGTK runs on Linux only, and safaridriver is not supported",
  files,
  count: countNode,
  run: ({ note, only = files, screen, ...found }) => {
    const shared = only.filter(sharesBrowser);
    const alone = only.filter((file) => !shared.includes(file));
    return runFiles(shared.length ? ["scripts/test/together.mjs", ...alone] : alone, {
      note,
      // For all files together: each test has a limit of its own.
      limitMs: LIMIT_MS,
      // Browsers side by side take the focus from each other, and with it the events that tests wait for.
      flags: ["--test-concurrency=1"],
      env: { ...found[engine], ...screen, ...ownEnv, E2E_ENGINE: engine, TOGETHER: JSON.stringify(shared) },
    });
  },
});
