import type { Attempt } from "../testing.js";
import { checkMembers, didYouMean, readValue, type MemberRule } from "./members.js";

const duration: MemberRule = ["an integer from 0 to 999999999 (milliseconds)", /^\d{1,9}$/];

/** The outcomes that the platform decides, with their members. Users who deny access or close the popup do so themselves. */
const outcomes: Partial<Record<Attempt["outcome"], Readonly<Record<string, MemberRule>>>> = {
  connected: {},
  failed: {},
  slow: { activeAfterMs: duration },
  expired: { afterMs: duration },
  revoked: {},
  credentials_rejected: {},
  scopes_missing: {},
  session: { verifierUrl: ["an http or https URL", /^https?:\/\/[^\s/]/] },
  other_browser: {},
};

/** Reads the outcome of an attempt, such as `slow,activeAfterMs=20000`. @throws {Failure} for an unknown outcome or member, and for a wrong value. */
export function readOutcome(text: string): Attempt {
  const value = readValue("--next", text, "activeAfterMs=20000");
  const { word, refuse } = value;
  const valid = Object.keys(outcomes);
  if (word === "denied") throw refuse("`denied` is what a user does: press Deny on the consent page");
  if (!valid.includes(word)) throw refuse(`\`${word}\` is not an outcome. ${didYouMean(word, valid)}Valid: ${valid.join(", ")}`);
  const given = checkMembers(value, outcomes[word as Attempt["outcome"]] ?? {});
  // The user is at the page when the link expires.
  return { outcome: word, ...(word === "expired" && { afterMs: 0 }), ...given } as Attempt;
}
