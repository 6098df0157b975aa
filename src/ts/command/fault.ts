import type { FaultRule } from "../testing.js";
import { checkMembers, didYouMean, readValue, type MemberRule } from "./members.js";

const kinds = ["html", "truncated", "empty204", "drop", "hang", "hugeBody"];

const members: Record<string, MemberRule> = {
  times: ["an integer from 1 to 999999999", /^0*[1-9]\d{0,8}$/],
  method: ["GET, POST, PATCH or DELETE", /^(?:GET|POST|PATCH|DELETE)$/i],
  path: ["a path such as `/api/v3.1/toolkits/*`: `/` first, `*` only at the end, without a query", /^\/[^*?#]*\*?$/],
};
const retryAfter: MemberRule = ["an integer from 0 to 999999999 (seconds)", /^\d{1,9}$/];

/** Reads a fault such as `503,times=2,path=/api/v3.1/toolkits/*`. @throws {Failure} for an unknown fault or member, and for a wrong value. */
export function readFault(text: string): FaultRule {
  const value = readValue("--fail", text, "times=2");
  const { word, refuse } = value;
  const isStatus = /^[2-5]\d\d$/.test(word);
  if (!isStatus && !kinds.includes(word)) throw refuse(`\`${word}\` is not a fault. ${didYouMean(word, kinds)}Valid: a status from 200 to 599, such as \`503\`, or ${kinds.join(", ")}`);
  const given = checkMembers(value, isStatus ? { ...members, retryAfter } : members);
  return { path: "/api/*", times: Infinity, ...(isStatus ? { kind: "status", status: Number(word) } : { kind: word }), ...given } as FaultRule;
}
