import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { tsc } from "../build/js.mjs";
import { build } from "../build.mjs";
import { makeDocs } from "../docs.mjs";
import { replay, TARGETS } from "../fuzz/targets.mjs";
import { inRoot } from "../lib/paths.mjs";
import { checkSizes } from "../size/check.mjs";
import { buildCrateApp, buildForBundlers } from "./compiled.mjs";
import { countTargets } from "./counts.mjs";
import { inEngine, inNode, testFiles } from "./node.mjs";
import { packed } from "./packed.mjs";
import { clippy, fmt, inBrowser, natively } from "./rust.mjs";

const filesOf = (folder, names) => names.map((name) => `tests/${folder}/${name}.test.mjs`);

/**
 * The tests of the JavaScript surface that could fail on the JavaScript build alone: it has other glue (values, memory, exceptions,
 * timers) and other arithmetic. What the client makes of these is compiled from the same Rust.
 */
const dependOnBuild = filesOf("node", [
  "answers", "arguments", "client-options", "crash", "flow", "forms", "messages", "reentrant", "schemas", "secret-memory",
  "thrown", "time-limits", "trace", "typed-values", "undefined", "urls",
]);

/** The same in browsers: forms, leaving the page and coming back, popups and channels. */
const dependOnBuildInBrowsers = filesOf("e2e", ["form", "popup", "redirect"]);

/** The attacks that one engine may stop and another let happen. */
const attacksOnWindows = filesOf("attacks", ["windows"]);

const ofBundlers = filesOf("pack", ["bundlers", "wasm-pack"]);
const ofJest = filesOf("pack", ["jest"]);
const ofLoading = filesOf("pack", ["loading"]);
const ofPaste = filesOf("pack", ["paste"]);
const ofTarball = testFiles("pack").filter((file) => ![...ofBundlers, ...ofJest, ...ofPaste].includes(file));

/** The members of a stage that tests the package as npm installs it. `prepare` gives more of the environment. */
const ofPackage = (files, { limitMs = 5 * 60_000, engine = "chromium", needs = [], prepare = () => ({}) } = {}) => ({
  needs: ["npm", "pack-tools", engine, "screen", ...needs],
  after: ["build"],
  ...inNode(files, {
    limitMs,
    env: async (found) => ({
      ...found[engine], ...found.screen, ...found["pack-tools"], ...(await packed()), ...(await prepare(found)), E2E_ENGINE: engine,
    }),
  }),
});

/** Two files at a time: Node's own default on two cores is one, which leaves a core idle while a test waits. */
const TWO_FILES = ["--test-concurrency=2"];

/** The target directory of clippy, the tests and the reference, which one program at a time can write. */
const CARGO = "target";

/**
 * The stages in the order in which they start: the longest first, and those that compile, one at a time.
 * - `about`, `seconds`: for `--help`; the usual duration on two cores, beside three other stages, with everything installed.
 * - `needs`: what setup installs; `startsWith`: the part of it that has to be there at the start.
 * - `after`: stages whose results it takes.
 * - `isUrgent`: gets the processor before others: the others wait for the build, and the longest one ends last.
 * - `uses`: what only one stage at a time can have.
 * - `files`: the test files, of which the command line may choose some.
 * - `count`: reads the numbers of tests from the output; a stage without it is one check, or none with `isStep`.
 * - `impossible`: why it cannot run on this system.
 */
export const STAGES = [
  { name: "fmt", about: "rustfmt has nothing to change", seconds: 2, needs: ["lint"], run: fmt },
  {
    name: "build",
    about: "makes pkg/ and dist/ unless they are up to date",
    seconds: 45,
    needs: ["lint", "npm", "wasm-pack", "wasm-bindgen"],
    // The others are installed while it compiles.
    startsWith: ["lint"],
    isStep: true,
    isUrgent: true,
    run: async () => void (await build()),
  },
  { name: "size", about: "downloads and requests stay within their limits", seconds: 3, needs: ["npm"], after: ["build"], run: checkSizes },
  {
    name: "types",
    about: "tsc accepts src/ts, www and tests/types",
    seconds: 6,
    needs: ["npm"],
    after: ["build"],
    run: async ({ note }) => {
      // The command has a project of its own, because the rest of src/ts must not see Node's types.
      const projects = [inRoot(), inRoot("src", "ts", "command")];
      const results = await Promise.all(projects.map((project) => tsc(["--project", project], { note, check: false })));
      return { code: Math.max(...results.map(({ code }) => code)), output: results.map(({ output }) => output).join("") };
    },
  },
  { name: "e2e chromium", about: "the demo in Chromium, against the sandbox and an authorization server", seconds: 330, isUrgent: true, ...inEngine("chromium", testFiles("e2e")) },
  { name: "clippy", about: "clippy has no warning, natively and for browsers", seconds: 60, needs: ["lint"], uses: CARGO, run: clippy },
  { name: "native", about: "the Rust tests in tests/native, without a browser", seconds: 70, needs: ["rust"], uses: CARGO, ...natively },
  { name: "e2e firefox", about: "the end-to-end tests that depend on the engine, in Firefox", seconds: 220, ...inEngine("firefox", testFiles("e2e")) },
  {
    name: "wasm chromium",
    about: "the Rust tests in tests/web, in Chromium",
    seconds: 30,
    needs: ["lint", "wasm-bindgen", "chromium"],
    uses: CARGO,
    ...inBrowser("chromium", "CHROMEDRIVER"),
  },
  {
    name: "wasm firefox",
    about: "the same in Firefox",
    seconds: 17,
    needs: ["lint", "wasm-bindgen", "firefox"],
    uses: CARGO,
    ...inBrowser("firefox", "GECKODRIVER"),
  },
  { name: "e2e webkit", about: "the end-to-end tests that depend on the engine, in WebKitGTK", seconds: 180, ...inEngine("webkit", testFiles("e2e")) },
  {
    name: "docs",
    about: "builds the site: rustdoc and TypeDoc have no warning, no link is dead",
    seconds: 70,
    needs: ["npm", "lint", "docs-tools"],
    after: ["build"],
    uses: CARGO,
    run: makeDocs,
  },
  {
    name: "fuzz",
    about: "each fuzz target on its corpus and 5,000 fixed inputs",
    seconds: 85,
    needs: ["rust", "cargo-fuzz"],
    files: TARGETS.map((target) => `fuzz/fuzz_targets/${target}.rs`),
    count: countTargets,
    run: ({ rust, note, only }) => replay(rust, only?.map((file) => basename(file, ".rs")) ?? TARGETS, note),
    impossible: process.platform === "win32" && "libFuzzer does not support Windows",
  },
  {
    name: "crate",
    about: "the crate in a Yew app, in Chromium",
    seconds: 25,
    needs: ["npm", "lint", "wasm-bindgen", "chromium"],
    after: ["build"],
    ...inNode(testFiles("crate"), {
      env: async (found) => {
        await buildCrateApp(found);
        return found.chromium;
      },
    }),
  },
  {
    name: "e2e without wasm",
    about: "form, popup and redirect on the JavaScript build, in Chromium without WebAssembly",
    seconds: 45,
    ...inEngine("chromium", dependOnBuildInBrowsers, { E2E_WITHOUT_WASM: "1" }),
  },
  { name: "attacks chromium", about: "everything that SECURITY.md says an attacker may try", seconds: 80, ...inEngine("chromium", testFiles("attacks")) },
  {
    name: "faults",
    about: "every fault at every request, and thousands of flows in one page",
    seconds: 125,
    needs: ["npm"],
    after: ["build"],
    ...inNode(testFiles("faults"), { limitMs: 5 * 60_000, flags: ["--test-concurrency=1"] }),
  },
  {
    name: "pack",
    about: "the packed package: files, types in eight TypeScripts, loading in Chromium, Vitest",
    seconds: 160,
    ...ofPackage(ofTarball),
  },
  { name: "node", about: "the JavaScript surface, the sandbox, the demo's servers and the guides", seconds: 210, needs: ["npm"], after: ["build"], ...inNode(testFiles("node"), { flags: TWO_FILES }) },
  {
    name: "node without wasm",
    about: "what could fail on the JavaScript build alone",
    seconds: 60,
    needs: ["npm"],
    after: ["build"],
    ...inNode(dependOnBuild, {
      flags: [...TWO_FILES, "--import", pathToFileURL(inRoot("tests", "node", "without-wasm.mjs")).href],
    }),
  },
  {
    name: "bundlers",
    about: "an app of each bundler, and of wasm-pack's own output, in Chromium",
    seconds: 80,
    // The first time takes minutes.
    ...ofPackage(ofBundlers, { limitMs: 10 * 60_000, needs: ["lint", "wasm-bindgen"], prepare: buildForBundlers }),
  },
  {
    name: "paste",
    about: "code of the README and the guides, pasted into fresh apps of Vite, Next.js and Express, in Chromium",
    seconds: 170,
    ...ofPackage(ofPaste, { limitMs: 10 * 60_000 }),
  },
  {
    name: "frameworks",
    about: "the code of the guides in Vue, Nuxt, Svelte, SvelteKit, Solid, SolidStart and Angular, in Chromium",
    seconds: 80,
    needs: ["npm", "frameworks", "chromium", "screen"],
    after: ["build"],
    ...inNode(testFiles("frameworks"), { limitMs: 5 * 60_000, env: async ({ frameworks, chromium, screen }) => ({ ...chromium, ...screen, ...frameworks, ...(await packed()), E2E_ENGINE: "chromium" }) }),
  },
  {
    name: "runtimes",
    about: "the gateway in Bun, Deno, workerd and Node's frameworks",
    seconds: 125,
    needs: ["npm", "runtimes"],
    after: ["build"],
    ...inNode(testFiles("runtimes"), { limitMs: 4 * 60_000, env: ({ runtimes }) => runtimes }),
  },
  {
    name: "routers",
    about: "routers that rewrite the address of a callback, in Chromium",
    seconds: 10,
    needs: ["npm", "routers", "chromium", "screen"],
    after: ["build"],
    ...inNode(testFiles("routers"), { env: ({ routers, chromium, screen }) => ({ ...chromium, ...screen, ...routers, E2E_ENGINE: "chromium" }) }),
  },
  {
    name: "official clients",
    about: "the platform's official clients against the sandbox, v3 and v3.1; tools in the agent frameworks",
    seconds: 25,
    needs: ["npm", "clients"],
    after: ["build"],
    ...inNode(testFiles("clients"), { env: ({ clients }) => clients }),
  },
  // WebKitGTK saves no logins.
  { name: "autofill chromium", about: "a saved login does not get into a form, in Chromium", seconds: 14, ...inEngine("chromium", testFiles("autofill")) },
  { name: "autofill firefox", about: "the same in Firefox", seconds: 25, ...inEngine("firefox", testFiles("autofill")) },
  { name: "attacks firefox", about: "the attacks by other windows, in Firefox", seconds: 35, ...inEngine("firefox", attacksOnWindows) },
  { name: "attacks webkit", about: "the same in WebKitGTK", seconds: 30, ...inEngine("webkit", attacksOnWindows) },
  { name: "gateway", about: "the gateway, in Node", seconds: 60, needs: ["npm"], after: ["build"], ...inNode(testFiles("gateway"), { flags: TWO_FILES }) },
  {
    name: "site",
    about: "the built site and its playground in Chromium, and the link check",
    seconds: 35,
    needs: ["npm", "docs-tools", "chromium", "screen"],
    after: ["docs"],
    ...inNode(testFiles("site"), { env: (found) => ({ ...found.chromium, ...found.screen, DOCS_TOOLS: found["docs-tools"], E2E_ENGINE: "chromium" }) }),
  },
  {
    name: "jest",
    about: "an app's own tests in Jest, with connect-flow/testing",
    seconds: 13,
    needs: ["npm", "jest"],
    after: ["build"],
    ...inNode(ofJest, { env: async ({ jest }) => ({ ...jest, ...(await packed()) }) }),
  },
  { name: "pack firefox", about: "how the package loads, in Firefox", seconds: 20, ...ofPackage(ofLoading, { engine: "firefox" }) },
  {
    name: "pack webkit",
    about: "the same in WebKitGTK",
    seconds: 6,
    ...ofPackage(ofLoading, { engine: "webkit" }),
    impossible: inEngine("webkit", []).impossible,
  },
];
