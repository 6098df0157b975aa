import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A failure that its message explains in full; printed without a stack. */
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
    // Whatever is still being installed beside the thing that failed ends with us.
    process.exit(1);
  }
}
