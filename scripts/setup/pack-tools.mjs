import { installFolder } from "./folder.mjs";

/**
 * What the published package is checked and bundled with. `PACK_TOOLS` names the folder for the tests.
 */
export async function ensurePackTools() {
  const source = "tests/pack/apps";
  return { PACK_TOOLS: await installFolder({ name: "pack-tools", source, purpose: "the tests of the package" }) };
}
