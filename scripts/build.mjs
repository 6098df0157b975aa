import { buildJs } from "./build/js.mjs";
import { isBuilt, markBuilt } from "./build/stamp.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { withLock } from "./lib/lock.mjs";
import { step } from "./lib/progress.mjs";
import { isMain, main, readArgs } from "./lib/stop.mjs";
import { ensure } from "./setup/index.mjs";

/** Builds pkg/ and dist/, unless they are up to date. */
export async function build() {
  await ensure("npm");
  if (isBuilt()) return;
  const { wasm: toolchain } = await ensure("wasm", "wasm-pack", "wasm-bindgen");
  await withLock("build", async () => {
    if (isBuilt()) return;
    const withoutWasm = await buildWasm(toolchain);
    await step("dist/", () => buildJs(withoutWasm));
    markBuilt();
  });
}

if (isMain(import.meta)) {
  await main(async () => {
    if (readArgs().values.help) return void console.log("npm run build   builds pkg/ and dist/, unless they are up to date");
    await build();
  });
}
