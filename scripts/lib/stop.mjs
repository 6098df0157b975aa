import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** A failure that its message explains in full. It is printed without a stack. */
export class Stop extends Error {}

export const explain = (error) => (error instanceof Stop ? error.message : (error?.stack ?? String(error)));

/** Whether this module is the script that node was started with. */
export const isMain = (meta) => Boolean(process.argv[1]) && realpathSync(process.argv[1]) === fileURLToPath(meta.url);

/** Runs a script's work; a failure is printed and becomes exit code 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.log(explain(error));
    // Ends what is still being installed.
    process.exit(1);
  }
}

/** The command line: `--help` and these options, `{ values, positionals }` as `parseArgs` gives them. */
export function readArgs(options) {
  try {
    return parseArgs({ allowPositionals: true, options: { help: { type: "boolean" }, ...options } });
  } catch (error) {
    throw new Stop(error.message);
  }
}
