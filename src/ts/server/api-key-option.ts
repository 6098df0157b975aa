import { kindOf } from "./kind-of.js";

const unset = "Is the environment variable that holds it set in this process?";

/** Checks the option `apiKey`. @throws `TypeError` that explains the problem without quoting the key. */
export function requireApiKey(key: unknown): string {
  const problem = typeof key === "string" ? keyProblemOf(key) : `must be the project's key as a string, got ${kindOf(key)}. ${unset}`;
  if (problem !== undefined) throw new TypeError(`createGateway: \`apiKey\` ${problem}`);
  return key as string;
}

function keyProblemOf(key: string): string | undefined {
  if (key === "") return `is empty. ${unset}`;
  if (key.trim() === "") return `is only white space. ${unset}`;
  if (/^(undefined|null|NaN|true|false|\[object \w+\])$/.test(key.trim())) return `is the string "${key.trim()}": a missing value was converted to a string. ${unset}`;
  if (/[\r\n]/.test(key.trim())) return "contains a line break. Pass the key alone";
  if (key !== key.trim()) return `${/[\r\n]/.test(key) ? "starts or ends with a line break" : "starts or ends with white space"}. Pass \`apiKey.trim()\``;
  if (/^["'`“”‘’«].*["'`“”‘’»]$/.test(key)) return "is in quotes. Pass it without them";
  if (/^[A-Z][A-Z0-9_]*=[^=]/.test(key)) return "is a whole line of an .env file. Pass what comes after the =";
  if (/^Bearer\s/i.test(key)) return "starts with Bearer. Pass the key alone";
  if (/[<>{}$]|^%.*%$|^(process|import\.meta)\.env\b|^your[-_].*key$|^my[-_]api[-_]key$|^x+$|^change[-_]?me$/i.test(key)) return "is a placeholder that was never replaced. Pass the project's key";
  if (/\.\.\.|…|\*\*|••/.test(key)) return "is masked or cut. Copy the whole key";
  if (key.includes("://")) return "is a URL. Pass the project's key";
  const kind = /^(u|o)ak_/.exec(key)?.[1];
  if (kind !== undefined) return `is the key of ${kind === "u" ? "a user" : "an organization"}. Pass the project's, which starts with ak_`;
  const at = key.search(/[^\x21-\x7e]|["'\\`]/);
  if (at < 0) return undefined;
  const what = /[\s\p{Cc}\p{Cf}]/u.test(key.charAt(at)) ? "a blank or invisible character" : "a character that keys do not have";
  return `contains ${what} at position ${at + 1}. Copy the key again`;
}
