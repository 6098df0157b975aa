import { nearest } from "../shared/nearest.js";
import type { FaultRule } from "../testing.js";
import { usageFailure } from "./failure.js";

const kinds = ["html", "truncated", "empty204", "drop", "hang", "hugeBody"];

/** What each member must be, in words, and the test of it. */
const members: Record<string, [expected: string, pattern: RegExp]> = {
  times: ["an integer from 1 to 999999999", /^0*[1-9]\d{0,8}$/],
  method: ["GET, POST, PATCH or DELETE", /^(?:GET|POST|PATCH|DELETE)$/i],
  path: ["a path such as `/api/v3.1/toolkits/*`: `/` first, `*` only at the end, without a query", /^\/[^*?#]*\*?$/],
  retryAfter: ["an integer from 0 to 999999999 (seconds)", /^\d{1,9}$/],
};

/** Reads a fault such as `503,times=2,path=/api/v3.1/toolkits/*`. @throws {Failure} for an unknown fault or member, and for a wrong value. */
export function readFault(text: string): FaultRule {
  const refuse = (reason: string) => usageFailure(`\`--fail ${text}\`: ${reason}.`);
  const suggest = (word: string, valid: readonly string[]) => {
    const close = nearest(word, valid);
    return close ? `Did you mean \`${close}\`? ` : "";
  };
  const [first = "", ...parts] = text.split(",").map((part) => part.trim());
  const isStatus = /^[2-5]\d\d$/.test(first);
  if (!isStatus && !kinds.includes(first)) throw refuse(`\`${first}\` is not a fault. ${suggest(first, kinds)}Valid: a status from 200 to 599, such as \`503\`, or ${kinds.join(", ")}`);
  const rule: Record<string, string | number> = isStatus ? { kind: "status", status: Number(first) } : { kind: first };
  const valid = Object.keys(members).filter((name) => isStatus || name !== "retryAfter");
  for (const part of parts) {
    const at = part.indexOf("=");
    if (at < 1) throw refuse(`expected a member such as \`times=2\`, got \`${part}\``);
    const name = part.slice(0, at);
    const value = part.slice(at + 1);
    if (!valid.includes(name)) throw refuse(`\`${name}\` is not a member of \`${first}\`. ${suggest(name, valid)}Valid: ${valid.join(", ")}`);
    if (Object.hasOwn(rule, name)) throw refuse(`\`${name}\` is given twice`);
    const [expected, pattern] = members[name] as [string, RegExp];
    if (!pattern.test(value)) throw refuse(`\`${name}\` must be ${expected}, got \`${value}\``);
    rule[name] = /^\d+$/.test(value) ? Number(value) : value;
  }
  return { path: "/api/*", times: Infinity, ...rule } as unknown as FaultRule;
}
