import { kindOf } from "./kind-of.js";

const maxLength = 256;

/** The entity id that `authenticate` returned; undefined for nobody. @throws `TypeError` that names the kind of a wrong value, but not the value. */
export function entityOf(found: unknown): string | undefined {
  if (found === undefined || found === null || found === "") return undefined;
  if (typeof found !== "string") throw wrongEntity(kindOf(found), adviceFor(found));
  if (found.trim() === "") throw wrongEntity("white space", "Return undefined when nobody is signed in");
  // A missing id that was converted to a string. Every user would share it.
  if (/^(undefined|null|NaN|\[object \w+\])$/.test(found)) throw wrongEntity(`the string "${found}"`, "Return undefined when nobody is signed in");
  if (found.length > maxLength) throw wrongEntity(`${found.length} characters`, `Return a shorter id of at most ${maxLength}, such as a hash of this one`);
  if (found.includes(",")) throw wrongEntity("a string with a comma", "The platform would read it as several users: return an id without one");
  // Lone surrogates of different users would become the same replacement character.
  if (/[\p{Cc}\p{Cs}]/u.test(found)) throw wrongEntity("a string with a control character or a lone surrogate", "Return an id without it");
  return found;
}

function wrongEntity(got: string, advice: string): TypeError {
  return new TypeError(`createGateway: \`authenticate\` must return the user's id as a string, got ${got}. ${advice}`);
}

function adviceFor(found: unknown): string {
  if (typeof found === "boolean") return "Return undefined when nobody is signed in";
  if (typeof found === "number" || typeof found === "bigint" || isStringifiable(found)) return "Return `String(id)`";
  return "Return the id of the user, such as `user.id`";
}

/** Whether a value is an object with its own `toString`, such as the id class of a database. */
function isStringifiable(found: unknown): boolean {
  try {
    if (typeof found !== "object" || found === null || Array.isArray(found) || found instanceof Date || found instanceof Error) return false;
    return !String(found).startsWith("[object ");
  } catch {
    return false;
  }
}
