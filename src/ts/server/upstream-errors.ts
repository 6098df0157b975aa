import { errorMembers, keyProblem } from "../platform/errors.js";
import { isObject, type JsonObject } from "../platform/json.js";
import { isId } from "./ids.js";
import { badAnswer, Refusal, refuse } from "./refusal.js";

const maxMessage = 300;
const maxProblems = 50;

/** The refusal for an error of the platform. `leak` is the reason for the log if the answer contains the key. */
export function refusalOf({ status, headers }: Response, body: unknown, upstreamHost: string, leak: Error | undefined): Refusal {
  const { slug } = errorMembers(body);
  const name = typeof slug === "string" && isId(slug) ? slug : "";
  const named = name && ` (${name})`;
  // The key is the gateway's. A page would take a 401 for the end of its session, and a 403 for a resource that it may not see.
  switch (keyProblem(status, name)) {
    case "rejected":
      return badAnswer(new Error(`The platform rejected \`apiKey\`${named}. Check that it is this project's key, neither revoked nor expired`));
    case "forbidden":
      return badAnswer(new Error(`The platform accepts \`apiKey\`, but not for this operation${named}. Give the key this permission, or pass another key`));
  }
  const after = headers.get("retry-after") ?? "";
  const wait = isRetryAfter(after) ? { "retry-after": after } : {};
  if (status < 500) return new Refusal(status, errorOf(status, body, upstreamHost), wait, leak);
  const reason = leak ?? new Error(`The platform answered ${status}`);
  return refuse([502, 503, 504].includes(status) ? status : 500, "Gateway_PlatformFailed", "The platform failed", { headers: wait, reason });
}

/** The platform's error, rebuilt from short strings and numbers that do not reveal where the platform is. */
function errorOf(status: number, body: unknown, upstreamHost: string): object {
  const shown = (value: unknown): string | undefined => {
    if (typeof value !== "string" || value.trim() === "" || /^\s*</.test(value)) return undefined;
    return value.replaceAll(upstreamHost, "platform").slice(0, maxMessage);
  };
  const error = errorMembers(body);
  const message = shown(error.message) ?? shown(isObject(body) ? body.error : undefined) ?? shown(error.detail) ?? "The platform refused";
  const names = Object.fromEntries(["code", "slug", "type", "name"].flatMap((name) => {
    const value = typeof error[name] === "number" ? error[name] : shown(error[name]);
    return value === undefined ? [] : [[name, value]];
  }));
  const problems = [error.errors, error.details].find(Array.isArray)?.slice(0, maxProblems);
  const errors = problems?.flatMap((problem) => (isObject(problem) ? [propertyProblem(problem, shown)] : [shown(problem)].filter(Boolean)));
  return { error: { message, ...names, status, ...(errors && { errors }) } };
}

/** A problem of the kind that class-validator lists: a property and its constraints. */
function propertyProblem({ property, constraints, message }: JsonObject, shown: (value: unknown) => string | undefined): object {
  const messages = isObject(constraints) ? Object.values(constraints) : [message];
  const texts = messages.map(shown).filter((text) => text !== undefined);
  return { property: shown(property) ?? "", constraints: Object.fromEntries(texts.entries()) };
}

function isRetryAfter(text: string): boolean {
  return /^\d{1,9}$/.test(text) || (/^[\w,: ]{1,40}$/.test(text) && !Number.isNaN(Date.parse(text)));
}
