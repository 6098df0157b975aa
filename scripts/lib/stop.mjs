import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** A failure that its message explains in full. It is printed without a stack. */
export class Stop extends Error {}

/** A command line that the command does not accept. It becomes exit code 2. */
class Misuse extends Stop {}

export const explain = (error) => (error instanceof Stop ? error.message : (error?.stack ?? String(error)));

/** Whether this module is the script that node was started with. */
export const isMain = (meta) => Boolean(process.argv[1]) && realpathSync(process.argv[1]) === fileURLToPath(meta.url);

/** Runs a script's work; a failure is printed and becomes exit code 1 or 2. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.log(explain(error));
    // Ends what is still being installed.
    process.exit(error instanceof Misuse ? 2 : 1);
  }
}

/** The command line: `--help`, these options and, if the command takes any, words; `{ values, positionals }` as `parseArgs` gives them. */
export function readArgs(options, { takesWords = false } = {}) {
  try {
    return parseArgs({ allowPositionals: takesWords, options: { help: { type: "boolean" }, ...options } });
  } catch (error) {
    throw new Misuse(error.message);
  }
}

/** The number that `--port` gives. */
export function readPort(text) {
  if (!/^\d+$/.test(text) || Number(text) > 65535) throw new Misuse(`--port must be a number up to 65535, got ${text}`);
  return Number(text);
}
