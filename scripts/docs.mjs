import { join } from "node:path";
import { build } from "./build.mjs";
import { inRoot } from "./lib/paths.mjs";
import { say, step } from "./lib/progress.mjs";
import { run } from "./lib/run.mjs";
import { isMain, main } from "./lib/stop.mjs";
import { withTarget } from "./lib/target.mjs";
import { ensure } from "./setup/index.mjs";

/** Makes the API references of Rust and TypeScript, with warnings as errors. Returns `{ code, output }` of both. */
export async function makeDocs({ lint, "docs-tools": tools, note }) {
  const rust = await withTarget(lint, (target) => {
    const env = { ...target, RUSTDOCFLAGS: "-D warnings" };
    return run("cargo", ["doc", "--no-deps"], { note, env, check: false });
  });
  const args = [inRoot("scripts", "docs", "typedoc.mjs"), join(tools, "node_modules", "typedoc", "dist", "index.js")];
  const typescript = await run(process.execPath, args, { note, check: false });
  return { code: rust.code || typescript.code, output: rust.output + typescript.output };
}

if (isMain(import.meta)) {
  await main(async () => {
    const found = await ensure("npm", "lint", "docs-tools");
    await build();
    const { code, output } = await step("the API reference", (note) => makeDocs({ ...found, note }));
    say(code ? output : `\n${inRoot("docs", "api", "index.html")}`);
    return code;
  });
}
