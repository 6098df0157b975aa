import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SandboxApp } from "../testing.js";
import { usageFailure, type Failure } from "./failure.js";

const expected = 'a JSON array of apps, such as [{ "key": "notion", "name": "Notion" }]';

/** Reads the file of `--apps`. `createSandbox` checks the apps themselves. @throws {Failure} unless it holds a JSON array. */
export function readAppsFile(file: string): SandboxApp[] {
  const text = read(file);
  const apps = parse(file, text);
  if (Array.isArray(apps)) return apps as SandboxApp[];
  throw usageFailure(`${file} must hold ${expected}, got ${apps === null ? "null" : `a JSON ${typeof apps}`}.`);
}

function read(file: string): string {
  let bytes;
  let text;
  try {
    bytes = readFileSync(file);
    text = bytes.toString("utf8");
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
  if (bytes.includes(0)) throw usageFailure(`${file} must be UTF-8, got UTF-16 or another text with zero bytes.`);
  if (!isUtf8(bytes)) throw usageFailure(`${file} must be UTF-8, got another encoding.`);
  // Some editors write a byte order mark, which JSON forbids.
  return text.replace(/^\uFEFF/, "");
}

function unreadable(file: string, { code, message }: NodeJS.ErrnoException): Failure {
  if (code === "ENOENT") return usageFailure(`\`--apps\` names a file that does not exist: ${resolve(file)}. Expected ${expected}.`);
  if (code === "EISDIR") return usageFailure(`\`--apps\` must name a file, got the folder ${resolve(file)}.`);
  return usageFailure(`\`--apps\` names a file that cannot be read: ${message}.`);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageFailure(`${file} is not valid JSON: ${reasonOf(error as Error, text)}.`);
  }
}

/** The engine's message in one line, with the line and column where it has a position. */
function reasonOf({ message }: Error, text: string): string {
  const [found, offset] = /(?: in JSON)? at position (\d+).*$/s.exec(message) ?? [];
  if (found === undefined) return message.replace(" is not valid JSON", "").replace(/\s+/g, " ");
  const lines = text.slice(0, Number(offset)).split("\n");
  return `${message.slice(0, -found.length)} at line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`;
}
