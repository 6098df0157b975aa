import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { tsc } from "../build/js.mjs";
import { build } from "../build.mjs";
import { makeDocs } from "../docs.mjs";
import { replayAll } from "../fuzz/targets.mjs";
import { inRoot, root } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { withTarget } from "../lib/target.mjs";
import { WASM } from "../setup/rust.mjs";
import { checkSizes } from "../size/check.mjs";
import { buildCrateApp, buildForBundlers } from "./compiled.mjs";
import { countNode, countRust, countTargets } from "./counts.mjs";
import { webdriverFile } from "./webdriver.mjs";

const LIMIT_MS = 20 * 60_000;

/** Runs a program without throwing: a stage wants the output either way. */
const attempt = (command, args, options) => run(command, args, { ...options, check: false, timeoutMs: LIMIT_MS });

const cargo = (toolchain, args, note) =>
  withTarget(toolchain, (target) => attempt("cargo", args, { note, env: target }));

/** Our crate, and those that stand beside it. */
async function fmt({ lint, note }) {
  let done;
  for (const folder of [".", "examples/yew", "fuzz"]) {
    done = await cargo(lint, ["fmt", "--check", "--manifest-path", inRoot(folder, "Cargo.toml")], note);
    if (done.code !== 0) break;
  }
  return done;
}

async function clippy({ lint, note }) {
  const args = (target) => ["clippy", "--all-targets", ...target, "--", "-D", "warnings"];
  const native = await cargo(lint, args([]), note);
  if (native.code !== 0) return native;
  const browser = await cargo(lint, args(["--target", WASM]), note);
  if (browser.code !== 0) return browser;
  // As a Rust frontend takes the crate, which sees the warnings of a dependency by path.
  return cargo(lint, ["clippy", "--no-default-features", "--target", WASM, "--", "-D", "warnings"], note);
}

// wasm-pack looks into the environment for the drivers; it would take the first on PATH for either browser.
const inBrowser = (name, flag, driver) => async (context) => {
  const browser = context[name];
  const driverOption = [`--${driver.toLowerCase()}`, browser[`${driver}_BINARY`]];
  const options = ["--headless", `--${flag}`, ...driverOption, "--mode", "no-install"];
  const env = { WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverFile(name, browser) };
  return withTarget(context.lint, (target) =>
    attempt("wasm-pack", ["test", ...options, root], { note: context.note, env: { ...target, ...env } }),
  );
};

/** Node 20 takes no patterns after --test. */
function testFiles(directory) {
  const path = inRoot("tests", directory);
  if (!existsSync(path)) return [];
  const files = readdirSync(path, { recursive: true }).sort();
  return files.filter((file) => file.endsWith(".test.mjs")).map((file) => join(path, file));
}

/** `limitMs` is for each file: Node 20 takes --test-timeout for that, and ends the file with whatever it started. */
const inNode = (directory, { limitMs, flags = [], env, files = testFiles(directory) }) => (context) =>
  attempt(process.execPath, ["--test", "--test-reporter=spec", `--test-timeout=${limitMs}`, ...flags, ...files], {
    note: context.note,
    env: env?.(context),
  });

// Of the JavaScript surface's tests, those that load the module, but not those of how it is loaded.
const others = /^(?:host|sandbox|loading|guides|declarations|benchmarks|schedule|lock-files|import-cycles|size-limits|testing-(?:guide|members|patches))\b/;
const loadsModule = (file) => !others.test(basename(file));

const impossibleInWebKit = process.platform !== "linux" && "WebKitGTK is for Linux and safaridriver is not supported yet";

/** Whether a file's tests can share a browser with those of others. */
const sharesBrowser = (file) => readFileSync(file, "utf8").includes("support/scenarios.mjs");

/**
 * The tests of a folder in one engine. Where engines cannot differ, a test runs in Chromium only and says so itself, with
 * `inOneEngine`: tests/e2e/README.md has the rule. So the stages of Firefox and WebKit run fewer tests.
 */
const inEngine = (directory, engine, { name = `${directory} ${engine}`, env, files = testFiles(directory) } = {}) => ({
  name,
  needs: ["npm", engine, "screen"],
  after: ["build"],
  impossible: engine === "webkit" && impossibleInWebKit,
  present: () => files.length > 0,
  count: countNode,
  run: inNode(directory, {
    files: [inRoot("scripts", "test", "together.mjs"), ...files.filter((file) => !sharesBrowser(file))],
    // For all of them together: a test has a limit of its own.
    limitMs: LIMIT_MS,
    // Browsers side by side take each other's focus, and with it the events that the tests wait for.
    flags: ["--test-concurrency=1"],
    env: (context) => ({
      ...context[engine], ...context.screen, E2E_ENGINE: engine, ...env, TOGETHER: JSON.stringify(files.filter(sharesBrowser)),
    }),
  }),
});

/**
 * Of the tests in browsers, those whose outcome could be another with the module as JavaScript: it is loaded in another way, its memory
 * grows and is overwritten in another way, and every kind of effect goes through glue of its own: requests, forms, storage, leaving
 * the page and coming back, timers, popups and channels. Of these files, the tests that run in one engine only are left out. The
 * others ask what the demo, the browser and the platform do with the same calls: looks and keyboard, React, networks and servers
 * that fail, pages that are hidden. What the module makes of those is asked of this build by `node without wasm`.
 */
const dependsOnBuild = (file) => /^(?:callback|form|interrupted|popup|redirect)\.test\.mjs$/.test(basename(file));

/** Of the attacks, those that one engine may let happen and another not. */
const isOfWindows = (file) => basename(file) === "windows.test.mjs";
const onWindows = { files: testFiles("attacks").filter(isOfWindows) };

const isOfBundlers = (file) => /\b(?:bundlers|wasm-pack)\.test\.mjs$/.test(file);
const isOfJest = (file) => basename(file) === "jest.test.mjs";
const isOfLoading = (file) => basename(file) === "loading.test.mjs";

/** Tests of the package as it is installed; `prepare` makes what else they need, and says where that is. */
const ofPackage = (name, { limitMs = 5 * 60_000, isChosen, engine = "chromium", needs = [], prepare = () => ({}) }) => ({
  name,
  needs: ["npm", "pack-tools", engine, "screen", ...needs],
  after: ["build"],
  count: countNode,
  run: async (context) => {
    const found = { ...context[engine], ...context.screen, ...context["pack-tools"], ...(await prepare(context)) };
    const env = () => ({ ...found, E2E_ENGINE: engine });
    return inNode("pack", { limitMs, files: testFiles("pack").filter(isChosen), env })(context);
  },
});

/** cargo's target directory, which only one program at a time can write. */
const CARGO = "target";

/**
 * The stages, the first to start first: the longest, and those that compile, of which one runs at a time. `needs` is what setup
 * must install; `after` names the stages whose results it takes, `uses` what only one stage at a time can have; `count` reads the
 * numbers from the output, and a stage without it is one check; `present` tells whether there is anything to run, `impossible`
 * why it cannot run here.
 */
export const STAGES = [
  { name: "fmt", needs: ["lint"], uses: CARGO, run: fmt },
  {
    name: "build",
    needs: ["npm", "lint", "wasm-pack", "wasm-bindgen"],
    uses: CARGO,
    isStep: true,
    run: async () => void (await build()),
  },
  { name: "size", needs: ["npm"], after: ["build"], run: checkSizes },
  {
    name: "types",
    needs: ["npm"],
    after: ["build"],
    run: ({ note }) => tsc(["--project", inRoot()], { note, check: false }),
  },
  inEngine("e2e", "chromium"),
  { name: "clippy", needs: ["lint"], uses: CARGO, run: clippy },
  {
    name: "native",
    needs: ["rust"],
    uses: CARGO,
    count: countRust,
    run: ({ rust, note }) => cargo(rust, ["test", "--no-fail-fast"], note),
  },
  inEngine("e2e", "firefox"),
  {
    name: "wasm chromium",
    needs: ["lint", "wasm-pack", "wasm-bindgen", "chromium"],
    uses: CARGO,
    count: countRust,
    run: inBrowser("chromium", "chrome", "CHROMEDRIVER"),
  },
  {
    name: "wasm firefox",
    needs: ["lint", "wasm-pack", "wasm-bindgen", "firefox"],
    uses: CARGO,
    count: countRust,
    run: inBrowser("firefox", "firefox", "GECKODRIVER"),
  },
  inEngine("e2e", "webkit"),
  {
    name: "docs",
    needs: ["npm", "lint", "docs-tools"],
    after: ["build"],
    uses: CARGO,
    run: makeDocs,
  },
  {
    name: "fuzz",
    needs: ["rust", "cargo-fuzz"],
    uses: CARGO,
    count: countTargets,
    run: replayAll,
    impossible: process.platform === "win32" && "libFuzzer is not supported there",
  },
  {
    name: "crate",
    needs: ["npm", "lint", "wasm-bindgen", "chromium"],
    after: ["build"],
    uses: CARGO,
    count: countNode,
    // A minute at the first time.
    run: async (context) => {
      await buildCrateApp(context);
      return inNode("crate", { limitMs: 2 * 60_000, env: ({ chromium }) => chromium })(context);
    },
  },
  inEngine("e2e", "chromium", {
    name: "e2e without wasm",
    env: { E2E_WITHOUT_WASM: "1" },
    files: testFiles("e2e").filter(dependsOnBuild),
  }),
  inEngine("attacks", "chromium"),
  {
    name: "faults",
    needs: ["npm"],
    after: ["build"],
    count: countNode,
    // Every fault at every request, and ten thousand flows: half a minute and a quarter on an idle machine.
    run: inNode("faults", { limitMs: 5 * 60_000, flags: ["--test-concurrency=1"] }),
  },
  ofPackage("pack", { isChosen: (file) => !isOfBundlers(file) && !isOfJest(file) }),
  {
    name: "node",
    needs: ["npm"],
    after: ["build"],
    present: () => testFiles("node").length > 0,
    count: countNode,
    run: inNode("node", { limitMs: 2 * 60_000 }),
  },
  {
    name: "node without wasm",
    needs: ["npm"],
    after: ["build"],
    count: countNode,
    run: inNode("node", {
      limitMs: 2 * 60_000,
      flags: ["--import", pathToFileURL(inRoot("tests", "node", "without-wasm.mjs")).href],
      files: testFiles("node").filter(loadsModule),
    }),
  },
  // Half a minute once everything is installed and cached, minutes at the first time.
  ofPackage("bundlers", {
    limitMs: 10 * 60_000,
    isChosen: isOfBundlers,
    needs: ["lint", "wasm-bindgen"],
    prepare: buildForBundlers,
  }),
  {
    name: "runtimes",
    needs: ["npm", "runtimes"],
    after: ["build"],
    count: countNode,
    run: inNode("runtimes", { limitMs: 4 * 60_000, env: ({ runtimes }) => runtimes }),
  },
  {
    name: "routers",
    needs: ["npm", "routers", "chromium", "screen"],
    after: ["build"],
    count: countNode,
    run: inNode("routers", { limitMs: 3 * 60_000, env: ({ routers, chromium, screen }) => ({ ...chromium, ...screen, ...routers, E2E_ENGINE: "chromium" }) }),
  },
  // Only these two can be given a saved login.
  inEngine("autofill", "chromium"),
  inEngine("autofill", "firefox"),
  inEngine("attacks", "firefox", onWindows),
  inEngine("attacks", "webkit", onWindows),
  { name: "gateway", needs: ["npm"], after: ["build"], count: countNode, run: inNode("gateway", { limitMs: 2 * 60_000 }) },
  {
    name: "jest",
    needs: ["npm", "jest"],
    after: ["build"],
    count: countNode,
    run: inNode("pack", { limitMs: 2 * 60_000, files: testFiles("pack").filter(isOfJest), env: ({ jest }) => jest }),
  },
  // How the module is loaded, or is not, differs between engines.
  ofPackage("pack firefox", { isChosen: isOfLoading, engine: "firefox" }),
  { ...ofPackage("pack webkit", { isChosen: isOfLoading, engine: "webkit" }), impossible: impossibleInWebKit },
];
