import { buildJs } from "./build/js.mjs";
import { isBuilt, markBuilt } from "./build/stamp.mjs";
import { buildQuickWasm, buildWasm } from "./build/wasm.mjs";
import { withLock } from "./lib/lock.mjs";
import { step } from "./lib/progress.mjs";
import { isMain, main, readArgs } from "./lib/stop.mjs";
import { ensure, installing } from "./setup/index.mjs";

/**
 * Builds pkg/ and dist/, unless they are up to date.
 * @param quick whether a quick build is enough, for looking at the demo: it is not small, and has neither types nor the JavaScript build.
 */
export async function build({ quick = false } = {}) {
  if (!isBuilt({ quick })) {
    const names = ["npm", ...(quick ? ["bindgen"] : ["wasm-bindgen", "wasm-pack"])];
    const { wasm } = installing("wasm", ...names);
    const all = ensure(...names);
    // Awaited once the module is compiled. Until then a rejection must not be unhandled.
    all.catch(() => {});
    await withLock("build", () => make({ quick, wasm, tools: all }));
  }
  await ensure("npm");
}

async function make({ quick, wasm, tools }) {
  // Another process may have built them meanwhile.
  if (isBuilt({ quick })) return;
  const toolchain = await wasm;
  const withoutWasm = await (quick ? buildQuickWasm : buildWasm)(toolchain, tools);
  await step("dist/", () => buildJs(withoutWasm, { quick }));
  markBuilt({ quick });
}

if (isMain(import.meta)) {
  await main(async () => {
    if (readArgs().values.help) return void console.log("npm run build   builds pkg/ and dist/, unless they are up to date");
    await build();
  });
}
