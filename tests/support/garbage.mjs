import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

/** Frees what nothing holds. A `WeakRef` holds its target until the end of the task. */
export async function collectGarbage() {
  await setImmediate();
  gc();
}
