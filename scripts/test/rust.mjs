import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { withTarget } from "../lib/target.mjs";
import { WASM } from "../setup/rust.mjs";
import { countRust } from "./counts.mjs";
import { LIMIT_MS } from "./node.mjs";
import { webdriverFile } from "./webdriver.mjs";

/** The test files of a folder, without what they share. */
const rustFiles = (folder) =>
  readdirSync(inRoot(folder))
    .filter((name) => name.endsWith(".rs") && !["mod.rs", "support.rs"].includes(name))
    .map((name) => `${folder}/${name}`);

/** The names of a file's tests begin with its module: `tests::callback::`, `web::headers::`. */
const moduleOf = (file, parent) => `${parent}::${basename(file, ".rs")}::`;

const cargo = (toolchain, args, { note, env }) =>
  withTarget(toolchain, "checks", (target) => run("cargo", args, { note, env: { ...target, ...env }, check: false, timeoutMs: LIMIT_MS }));

/** Runs cargo with one list of arguments after another, until one fails. */
async function cargoEach(toolchain, lists, options) {
  let done;
  for (const args of lists) {
    done = await cargo(toolchain, args, options);
    if (done.code !== 0) break;
  }
  return done;
}

export const fmt = ({ lint, ...options }) => {
  const manifests = [".", "examples/yew", "fuzz"].map((folder) => inRoot(folder, "Cargo.toml"));
  return cargoEach(lint, manifests.map((manifest) => ["fmt", "--check", "--manifest-path", manifest]), options);
};

export const clippy = ({ lint, ...options }) => {
  const strict = (...args) => ["clippy", ...args, "--", "-D", "warnings"];
  // The last as a Rust frontend takes the crate: it sees the warnings of a dependency by path.
  const lists = [strict("--all-targets"), strict("--all-targets", "--target", WASM), strict("--no-default-features", "--target", WASM)];
  return cargoEach(lint, lists, options);
};

/** The members of the stage that runs the tests of `tests/native` and those in `src`. */
export const natively = {
  files: rustFiles("tests/native"),
  count: countRust,
  run: ({ rust, only, ...options }) =>
    cargo(rust, only ? ["test", "--lib", "--", ...only.map((file) => moduleOf(file, "tests"))] : ["test", "--no-fail-fast"], options),
};

/** The members of a stage that runs the tests of `tests/web` in a browser; `driver` is also a variable of wasm-bindgen's test runner. */
export const inBrowser = (name, driver) => ({
  files: rustFiles("tests/web"),
  count: countRust,
  run: ({ note, lint, only, ...found }) => {
    // The runner takes one filter.
    const filter = only?.length === 1 ? ["--", moduleOf(only[0], "web")] : [];
    const env = {
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
      [driver]: found[name][`${driver}_BINARY`],
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverFile(name, found[name]),
    };
    return cargo(lint, ["test", "--target", WASM, "--test", "web", ...filter], { note, env });
  },
});
