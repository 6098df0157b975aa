#!/usr/bin/env node
/** The program `connect-flow`. It runs in Node only, and needs nothing but the files of this package. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments } from "./command/arguments.js";
import { explain } from "./command/failure.js";
import { help } from "./command/help.js";
import { runSandbox } from "./command/sandbox.js";

async function main(words: readonly string[]): Promise<void> {
  const asked = readArguments(words);
  if (asked.command === "sandbox") await runSandbox(asked.options);
  else console.log(asked.command === "help" ? help : version());
}

function version(): string {
  return (JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as { version: string }).version;
}

// `console` ignores these errors, so the sandbox would run on without having printed its address.
process.stdout.on("error", ({ message }: Error) => {
  console.error(`connect-flow: the output cannot be written: ${message}.`);
  process.exit(1);
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = explain(error);
  console.error(text);
  process.exitCode = exitCode;
}
