import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { inCache } from "./paths.mjs";
import { step } from "./progress.mjs";

const HEARTBEAT_MS = 5_000;
const STALE_MS = 60_000;

/**
 * Runs `work` while no other process on this machine runs work under the same name. No library: the first lock is taken before `npm ci`.
 */
export async function withLock(name, work) {
  const file = inCache("locks", name);
  mkdirSync(inCache("locks"), { recursive: true });
  if (!take(file)) await step(`waiting for process ${owner(file)}, which holds the lock ${name}`, () => waitFor(file));
  const release = () => rmSync(file, { force: true });
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  process.on("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off("exit", release);
    release();
  }
}

async function waitFor(file) {
  do {
    if (isStale(file)) rmSync(file, { force: true });
    else await sleep(200);
  } while (!take(file));
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // The cache was emptied. The work does not need the file.
  }
}

function owner(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}

function isStale(file) {
  const pid = owner(file);
  try {
    if (pid) process.kill(pid, 0);
  } catch (error) {
    if (error.code === "ESRCH") return true;
  }
  try {
    return Date.now() - statSync(file).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}
