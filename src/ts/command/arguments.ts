import { parseArgs } from "node:util";
import { nearest } from "../shared/nearest.js";
import { usageFailure } from "./failure.js";

/** The parsed arguments of `connect-flow sandbox`. */
export interface SandboxCommand {
  /** Undefined for the default port, or for a free one if the default is taken. */
  port: number | undefined;
  appsFile: string | undefined;
  latencyMs: number;
  faults: string[];
  outcomes: string[];
  accounts: string[];
}

type Asked = { command: "help" | "version" } | { command: "sandbox"; options: SandboxCommand };

const options = {
  port: { type: "string" },
  apps: { type: "string" },
  latency: { type: "string" },
  fail: { type: "string", multiple: true },
  next: { type: "string", multiple: true },
  account: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** @throws {Failure} for an unknown command or option, and for a wrong value. */
export function readArguments(words: readonly string[]): Asked {
  const { values, positionals, tokens } = parseArgs({ args: [...words], options, allowPositionals: true, strict: false, tokens: true });
  const given = tokens.filter((token) => token.kind === "option");
  given.forEach((token, index) => {
    requireOption(token);
    const isAgain = given.findIndex(({ name }) => name === token.name) < index;
    if (isAgain && !["fail", "next", "account", "help", "version"].includes(token.name)) throw usageFailure(`\`--${token.name}\` is given twice. Give it once.`);
  });
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  const [command, ...others] = positionals;
  if (command !== "sandbox") throw usageFailure(`${command === undefined ? "a command is missing" : `\`${command}\` is not a command`}. Run \`npx connect-flow sandbox\`. ${seeHelp}`);
  if (others.length) throw usageFailure(`\`sandbox\` takes options only, got \`${others.join(" ")}\`. ${seeHelp}`);
  const { port, apps, latency, fail, next, account } = values as { port?: string; apps?: string; latency?: string; fail?: string[]; next?: string[]; account?: string[] };
  return {
    command: "sandbox",
    options: {
      port: port === undefined ? undefined : readInteger("--port", port, 65_535),
      appsFile: apps,
      latencyMs: latency === undefined ? 0 : readInteger("--latency", latency, 600_000, " (milliseconds)"),
      faults: fail ?? [],
      outcomes: next ?? [],
      accounts: account ?? [],
    },
  };
}

const seeHelp = "`npx connect-flow --help` lists the options.";

function requireOption({ name, rawName, value, inlineValue }: { name: string; rawName: string; value: string | undefined; inlineValue?: boolean | undefined }): void {
  const known = (options as Record<string, { type: string }>)[Object.hasOwn(options, name) ? name : ""];
  if (!known) {
    const close = rawName.startsWith("--") ? nearest(name, Object.keys(options)) : undefined;
    throw usageFailure(`\`${rawName}\` is not an option. ${close ? `Did you mean \`--${close}\`? ` : ""}${seeHelp}`);
  }
  if (known.type === "boolean" && inlineValue) throw usageFailure(`\`${rawName}\` takes no value, got \`${value}\`.`);
  if (known.type === "string" && !value) throw usageFailure(`\`${rawName}\` needs a value. ${seeHelp}`);
}

function readInteger(option: string, text: string, max: number, unit = ""): number {
  if (/^\d{1,9}$/.test(text) && Number(text) <= max) return Number(text);
  throw usageFailure(`\`${option}\` must be an integer from 0 to ${max}${unit}, got \`${text}\`.`);
}
