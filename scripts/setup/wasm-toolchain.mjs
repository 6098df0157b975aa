import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { inCache, which } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { run } from "../lib/run.mjs";
import { explain, Stop } from "../lib/stop.mjs";
import { aptInstall, hasApt } from "./apt.mjs";
import { buildStd } from "./debian-std.mjs";
import { hasProgram, hasStdSource, hasWasmStd, INSTALL, inspect, requireRust, WASM } from "./rust.mjs";

const LINKED = "debian-web";
const DEBIAN_COMPILER = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];
const DEBIAN_LINTERS = ["rust-web-clippy", "rustfmt-web"];
const LINTERS = { clippy: "cargo-clippy", rustfmt: "rustfmt" };

/** A toolchain that compiles to wasm: `{ env, id, version, sysroot, about }`; `env` selects it for a child process. */
export async function ensureWasmToolchain({ lint = false } = {}) {
  const isReady = (toolchain) =>
    toolchain && hasWasmStd(toolchain) && (!lint || Object.values(LINTERS).every((name) => hasProgram(toolchain, name)));
  const own = requireRust();
  if (isReady(own)) {
    await addSource(own);
    return own;
  }
  const debian = hasApt() ? inspectDebian() : undefined;
  if (isReady(debian)) return debian;
  const refusal = await addByRustup(lint);
  if (isReady(own)) return own;
  if (hasApt()) return addByApt(isReady);
  if (!which("rustup")) throw new Stop(`Rust's wasm target is missing; rustup's Rust has it: ${INSTALL}`);
  const [missing, command] = hasWasmStd(own)
    ? ["clippy or rustfmt", `rustup component add ${Object.keys(LINTERS).join(" ")}`]
    : ["Rust's wasm target", `rustup target add ${WASM}`];
  throw new Stop(`${refusal}\nThis needs ${missing}; add it, then run this again: ${command}`);
}

/** Adds the missing components with rustup. Returns its message if it failed. */
async function addByRustup(lint) {
  if (!which("rustup")) return;
  try {
    await step(`rustup target add ${WASM}`, (note) => rustup(["target", "add", WASM], note));
    if (lint) await step("rustup component add", (note) => rustup(["component", "add", ...Object.keys(LINTERS)], note));
    await addSource(requireRust());
  } catch (error) {
    return explain(error);
  }
}

/** Adds std's source, for the small build. A failure is remembered and not fatal: the build is only bigger. */
async function addSource(toolchain) {
  const refused = inCache("state", `no-rust-src-${toolchain.id}`);
  if (hasStdSource(toolchain) || !which("rustup") || existsSync(refused)) return;
  try {
    await step("rustup component add rust-src", (note) => rustup(["component", "add", "rust-src"], note));
  } catch (error) {
    mkdirSync(inCache("state"), { recursive: true });
    writeFileSync(refused, explain(error));
  }
}

const rustup = (args, note) => run("rustup", args, { note, timeoutMs: 300_000 });

const linkFile = () => join(process.env.RUSTUP_HOME || join(homedir(), ".rustup"), "toolchains", LINKED);

function inspectDebian() {
  if (!existsSync("/usr/bin/rustc")) return undefined;
  if (!which("rustup")) return inspect({ PATH: "/usr/bin" });
  return existsSync(linkFile()) ? inspect({ RUSTUP_TOOLCHAIN: LINKED }) : undefined;
}

/** Debian's packages contain std's source, but no std for wasm. This builds it once and installs it where every tool looks for it. */
async function addByApt(isReady) {
  const isInstalled = ["rustc", "cargo", "cargo-clippy", "rustfmt"].every((name) => existsSync(join("/usr/bin", name)));
  if (!isInstalled || !hasStdSource({ sysroot: "/usr" })) {
    await aptInstall("a Rust that compiles to wasm", [...DEBIAN_COMPILER, ...DEBIAN_LINTERS]);
  }
  if (which("rustup") && !existsSync(linkFile())) await run("rustup", ["toolchain", "link", LINKED, "/usr"]);
  const toolchain = inspectDebian();
  if (!hasWasmStd(toolchain)) await buildStd(toolchain);
  if (!isReady(toolchain)) throw new Stop("Debian's Rust is installed, but it does not compile to wasm.");
  return toolchain;
}
