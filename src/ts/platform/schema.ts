// Schemas of request bodies. They report every problem at once, with the platform's paths and messages. Own code because zod/mini would add 28 KB
// to dist/testing.js and would still need the paths and messages; with the requests, this is 8 KB.
import { isObject, type JsonObject } from "./json.js";

/** One thing wrong with a body or a query. `path` is dotted, such as `connection.user_id`. */
export interface RequestProblem {
  path: string;
  message: string;
}

/** Returns a value of the expected type, or adds to `problems`. */
export type Schema<T> = (value: unknown, path: string, problems: RequestProblem[]) => T;
export type TypeOf<S> = S extends Schema<infer T> ? T : never;
type Shape = Record<string, Schema<unknown>>;
type ObjectOf<S extends Shape> = { [K in keyof S]: TypeOf<S[K]> };

function must<T>(test: (value: unknown) => boolean, message: string): Schema<T> {
  return (value, path, problems) => {
    if (value === undefined) problems.push({ path, message: "is required" });
    else if (!test(value)) problems.push({ path, message });
    return value as T;
  };
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol);
}

export const text = must<string>((value) => typeof value === "string" && value !== "", "must be a non-empty string");
export const anyText = must<string>((value) => typeof value === "string", "must be a string");
export const boolean = must<boolean>((value) => typeof value === "boolean", "must be a boolean");
export const wholeNumber = must<number>((value) => Number.isInteger(value) && Number(value) >= 1, "must be an integer of at least 1");
export const httpUrl = must<string>(isHttpUrl, "must be an http or https URL");
export const anyObject = must<JsonObject>(isObject, "must be an object");
export const anything: Schema<unknown> = (value) => value;

/** Accepts a missing value. */
export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return (value, path, problems) => (value === undefined ? undefined : schema(value, path, problems));
}

/** Accepts null. */
export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return (value, path, problems) => (value === null ? null : schema(value, path, problems));
}

export function oneOf<T extends string>(...words: T[]): Schema<T> {
  return must((value) => words.includes(value as T), `must be one of ${words.join(", ")}`);
}

export function listOf<T>(schema: Schema<T>): Schema<T[]> {
  return (value, path, problems) => {
    const items = must<unknown[]>(Array.isArray, "must be an array")(value, path, problems);
    return Array.isArray(items) ? items.map((item, index) => schema(item, `${path}.${index}`, problems)) : [];
  };
}

/** The values of a connection: names with strings, which may be empty. */
export const connectionValues: Schema<Record<string, string>> = (value, path, problems) => {
  const values = anyObject(value, path, problems);
  for (const [name, entry] of isObject(values) ? Object.entries(values) : []) {
    anyText(entry, `${path}.${name}`, problems);
  }
  return values as Record<string, string>;
};

/** An object with these members. Others are a problem, so that a misspelt member does not pass as a missing one. */
export const object = <S extends Shape>(shape: S): Schema<ObjectOf<S>> => objectOf(shape, false);

/** An object with these members. Other members are ignored. */
export const openObject = <S extends Shape>(shape: S): Schema<ObjectOf<S>> => objectOf(shape, true);

function objectOf<S extends Shape>(shape: S, isOpen: boolean): Schema<ObjectOf<S>> {
  return (value, path, problems) => {
    const members = anyObject(value, path, problems);
    if (!isObject(members)) return members as ObjectOf<S>;
    const at = (name: string) => (path ? `${path}.${name}` : name);
    for (const name of isOpen ? [] : Object.keys(members)) {
      if (!Object.hasOwn(shape, name)) problems.push({ path: at(name), message: "is not a known property" });
    }
    const entries = Object.entries(shape).map(([name, schema]) => [name, schema(members[name], at(name), problems)]);
    return Object.fromEntries(entries) as ObjectOf<S>;
  };
}
