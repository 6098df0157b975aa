import { kindOf } from "./kind-of.js";

const maxLength = 256;

/** The user whom `authenticate` names, or undefined for nobody. @throws `TypeError` that says what it answered, without the value. */
export function entityOf(found: unknown): string | undefined {
  if (found === undefined || found === null || found === "") return undefined;
  if (typeof found !== "string") throw wrong(kindOf(found), adviceFor(found));
  if (found.trim() === "") throw wrong("white space", "Answer undefined when nobody is signed in");
  // They come of a missing id that was made text, and would be one user for everybody.
  if (/^(undefined|null|NaN|\[object \w+\])$/.test(found)) throw wrong(`the text "${found}"`, "Answer undefined when nobody is signed in");
  if (found.length > maxLength) throw wrong(`${found.length} characters`, `Answer a shorter id of at most ${maxLength}, such as a hash of this one`);
  if (found.includes(",")) throw wrong("a text with a comma", "The platform would read it as several users: answer an id without one");
  // A lone surrogate would become the same replacement character for different users.
  if (/[\p{Cc}\p{Cs}]/u.test(found)) throw wrong("a text with a control character or half a character", "Answer an id without it");
  return found;
}

function wrong(got: string, advice: string): TypeError {
  return new TypeError(`createGateway: \`authenticate\` must answer the user's id as a text, got ${got}. ${advice}`);
}

function adviceFor(found: unknown): string {
  if (typeof found === "boolean") return "Answer undefined when nobody is signed in";
  if (typeof found === "number" || typeof found === "bigint" || hasText(found)) return "Answer `String(id)`";
  return "Answer the id of the user, such as `user.id`";
}

/** Whether this is an id of a database's own class: one that can write itself. */
function hasText(found: unknown): boolean {
  try {
    if (typeof found !== "object" || found === null || Array.isArray(found) || found instanceof Date || found instanceof Error) return false;
    return !String(found).startsWith("[object ");
  } catch {
    return false;
  }
}
