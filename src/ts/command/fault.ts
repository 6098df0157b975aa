import type { FaultRule } from "../testing.js";
import { usageFailure } from "./failure.js";

/** Reads a fault such as `503,times=2,path=/api/v3.1/toolkits/*`. The sandbox checks its members. @throws {Failure} for a part without `=`. */
export function readFault(text: string): FaultRule {
  const [first = "", ...parts] = text.split(",").map((part) => part.trim());
  const kind = /^\d+$/.test(first) ? { kind: "status", status: Number(first) } : { kind: first };
  const members = parts.map((part) => {
    const at = part.indexOf("=");
    if (at < 1) throw usageFailure(`\`--fail ${text}\` must be a fault and members such as \`times=2\`, got \`${part}\`.`);
    return [part.slice(0, at), valueOf(part.slice(at + 1))];
  });
  return { path: "/api/*", times: Infinity, ...kind, ...Object.fromEntries(members) } as FaultRule;
}

function valueOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^\d+$/.test(text) ? Number(text) : text;
}
