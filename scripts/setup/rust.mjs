import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inRoot, which } from "../lib/paths.mjs";
import { ask } from "../lib/run.mjs";
import { Stop } from "../lib/stop.mjs";

export const WASM = "wasm32-unknown-unknown";

/** The `rustc` of this environment, or undefined. `id` identifies the compiler. */
export function inspect(env = {}) {
  const about = ask("rustc", ["-vV"], env);
  const sysroot = about && ask("rustc", ["--print", "sysroot"], env);
  if (!sysroot) return undefined;
  const field = (name) => about.match(new RegExp(`^${name}: (.+)$`, "m"))?.[1] ?? "unknown";
  const version = field("release");
  const id = `rust-${version}-${field("commit-hash").slice(0, 9)}-${field("host")}`;
  return { env, about, sysroot, version, id };
}

export const wasmLib = ({ sysroot }) => join(sysroot, "lib", "rustlib", WASM, "lib");

/** The file beside a std that setup built. It names the compiler, because no other can use that std. */
export const builtBy = (toolchain) => join(wasmLib(toolchain), ".built-by");

export function hasWasmStd(toolchain) {
  const directory = wasmLib(toolchain);
  if (!existsSync(directory) || !readdirSync(directory).some((name) => name.startsWith("libcore"))) return false;
  const stamp = builtBy(toolchain);
  return !existsSync(stamp) || readFileSync(stamp, "utf8").trim() === toolchain.about;
}

export const hasStdSource = ({ sysroot }) =>
  existsSync(join(sysroot, "lib", "rustlib", "src", "rust", "library", "Cargo.lock"));

export const hasProgram = (toolchain, program) => existsSync(join(toolchain.sysroot, "bin", program));

const numbers = (version) => version.split(".").map((part) => parseInt(part, 10));

function isOlder(version, than) {
  const [a, b] = [numbers(version), numbers(than)];
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

export const INSTALL = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
let active;

/** The compiler that `cargo` uses here by default. */
export function requireRust() {
  // By its directory, so that Debian's Rust, installed later in this run, does not replace it.
  active ??= which("rustc") && inspect({ PATH: dirname(which("rustc")) });
  const needed = readFileSync(inRoot("Cargo.toml"), "utf8").match(/^rust-version = "([^"]+)"/m)?.[1] ?? "1.88";
  if (!active) {
    throw new Stop(`Rust is missing; install it, then run this again: ${INSTALL}`);
  }
  if (isOlder(active.version, needed)) {
    const command = which("rustup") ? "rustup update stable" : INSTALL;
    throw new Stop(`Rust ${active.version} is too old, ${needed} is needed; update it: ${command}`);
  }
  return active;
}
