import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SandboxApp } from "../testing.js";
import { usageFailure, type Failure } from "./failure.js";
import { jsonErrorOffset } from "./json-error.js";

const expected = 'a JSON array of apps, such as [{ "key": "notion", "name": "Notion" }]';

/** Reads the file of `--apps`. `createSandbox` checks the apps themselves. @throws {Failure} unless it holds a JSON array. */
export function readAppsFile(file: string): SandboxApp[] {
  const text = read(file);
  const apps = parse(file, text);
  if (Array.isArray(apps)) return apps as SandboxApp[];
  throw usageFailure(`${file} must hold ${expected}, got ${apps === null ? "null" : `a JSON ${typeof apps}`}.`);
}

function read(file: string): string {
  try {
    // Some editors write a byte order mark, which JSON forbids.
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
}

function unreadable(file: string, { code, message }: NodeJS.ErrnoException): Failure {
  if (code === "ENOENT") return usageFailure(`\`--apps\` names a file that does not exist: ${resolve(file)}. Expected ${expected}.`);
  if (code === "EISDIR") return usageFailure(`\`--apps\` must name a file, got the folder ${resolve(file)}.`);
  return usageFailure(`\`--apps\` names a file that cannot be read: ${message}.`);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const before = text.slice(0, jsonErrorOffset(text));
    const lines = before.split("\n");
    const position = `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`;
    const rest = text.slice(before.length).split("\n")[0]?.trim().slice(0, 20);
    throw usageFailure(`${file} is not valid JSON: ${rest ? `unexpected \`${rest}\`` : "the text ends too early"} at ${position}.`);
  }
}
