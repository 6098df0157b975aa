import { nearest } from "../shared/nearest.js";
import { usageFailure, type Failure } from "./failure.js";

/** What a member must be, in words, and the test of it. */
export type MemberRule = readonly [expected: string, pattern: RegExp];

/** A value of an option that begins with a word, such as `503,times=2`. */
export interface Value {
  readonly word: string;
  readonly members: Readonly<Record<string, string>>;
  /** A mistake in the value. */
  refuse(reason: string): Failure;
}

/** Splits a value into its word and its members. @param example a member, for the message. @throws {Failure} */
export function readValue(option: string, text: string, example: string): Value {
  const refuse = (reason: string) => usageFailure(`\`${option} ${text}\`: ${reason}.`);
  const [word = "", ...parts] = text.split(",").map((part) => part.trim());
  const members: Record<string, string> = Object.create(null);
  for (const part of parts) {
    const at = part.indexOf("=");
    if (at < 1) throw refuse(`expected a member such as \`${example}\`, got \`${part}\``);
    const name = part.slice(0, at);
    if (Object.hasOwn(members, name)) throw refuse(`\`${name}\` is given twice`);
    members[name] = part.slice(at + 1);
  }
  return { word, members, refuse };
}

/** The members, with integers as numbers. @throws {Failure} for a member that has no rule or does not follow it. */
export function checkMembers({ word, members, refuse }: Value, rules: Readonly<Record<string, MemberRule>>): Record<string, string | number> {
  const valid = Object.keys(rules);
  return Object.fromEntries(Object.entries(members).map(([name, value]) => {
    if (!valid.includes(name)) throw refuse(`\`${name}\` is not a member of \`${word}\`. ${valid.length ? `${didYouMean(name, valid)}Valid: ${valid.join(", ")}` : "It has no members"}`);
    const [expected, pattern] = rules[name] as MemberRule;
    if (!pattern.test(value)) throw refuse(`\`${name}\` must be ${expected}, got \`${value}\``);
    return [name, /^\d+$/.test(value) ? Number(value) : value];
  }));
}

/** A suggestion for a misspelt word; empty if none is close. */
export function didYouMean(word: string, valid: readonly string[]): string {
  const close = nearest(word, valid);
  return close ? `Did you mean \`${close}\`? ` : "";
}
