import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto } from "../../tests/pack/support/packed.mjs";

let packing;

/** Packs and installs the package once for all stages. `PACKED` names the folder for the tests. */
export const packed = () => (packing ??= pack());

async function pack() {
  const folder = mkdtempSync(join(tmpdir(), "connect-flow-packed-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "packed.json"), JSON.stringify(await packInto(join(folder, "app"))));
  return { PACKED: folder };
}
