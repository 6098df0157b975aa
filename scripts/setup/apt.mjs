import { which } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { run } from "../lib/run.mjs";
import { Stop } from "../lib/stop.mjs";

export const hasApt = () => process.platform === "linux" && Boolean(which("apt-get"));

/** Runs a program as root, with sudo if necessary. */
export function runAsRoot(command, args, options) {
  if (process.getuid() === 0) return run(command, args, options);
  if (!which("sudo")) throw new Stop(`This needs root; run as root: ${[command, ...args].join(" ")}`);
  // Without a terminal sudo must fail in place of waiting for a password.
  const flags = process.stdout.isTTY ? [] : ["-n"];
  return run("sudo", [...flags, command, ...args], options);
}

let updated;

// apt-get allows one process at a time.
let last = Promise.resolve();
let batch;

/**
 * Installs Debian packages. What is requested at the same time is installed by one run of apt-get: a browser must not start while apt-get
 * replaces its libraries for another.
 */
export function aptInstall(what, packages) {
  batch ??= newBatch();
  batch.names.push(what);
  batch.packages.push(...packages);
  return batch.installed;
}

function newBatch() {
  const own = { names: [], packages: [] };
  own.installed = last.then(() => {
    batch = undefined;
    return install(own);
  });
  last = own.installed.catch(() => {});
  return own;
}

async function install({ names, packages }) {
  updated ??= step("apt-get update", (note) => runAsRoot("apt-get", ["update"], { note }));
  await updated;
  const args = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends", ...packages];
  await step(`apt-get install ${names.join(", ")}`, (note) => runAsRoot("env", args, { note }));
}
