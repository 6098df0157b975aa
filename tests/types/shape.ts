// The shape of each type that crosses between Rust and TypeScript, computed from the package's types. tests/native/shapes.rs computes
// the same from Rust and writes it to shapes.ts, which compiles only if both agree.
import type * as api from "connect-flow";

/** Answers, by name. A member whose type is one of these is described by its name. */
interface Answers {
  App: api.App;
  AppCategory: api.AppCategory;
  AuthParameter: api.AuthParameter;
  AuthParams: api.AuthParams;
  CompletedConnection: api.CompletedConnection;
  /** `cause` and the members of every `Error` are not data. */
  ConnectError: Omit<api.ConnectError, "cause" | "stack">;
  ConnectedAccount: api.ConnectedAccount;
  ConnectionCallback: api.ConnectionCallback;
  ConnectionRequest: api.ConnectionRequest;
  Execution: api.Execution;
  ExpectedInputField: api.ExpectedInputField;
  ExpectedParams: api.ExpectedParams;
  FieldJsonSchema: api.FieldJsonSchema;
  FieldsJsonSchema: api.FieldsJsonSchema;
  FlowBasics: api.FlowBasics;
  InputAttributes: api.InputAttributes;
  Integration: api.Integration;
  Issue: api.Issue;
  PendingConnection: api.PendingConnection;
  Revocation: api.Revocation;
  StandardIssue: api.StandardIssue;
  /** A JSON Schema may have any members. */
  Tool: Omit<api.Tool, "inputSchema"> & { readonly inputSchema: unknown };
}

/** Unions of words, by name. Of an open union, the words that are known. */
interface Words {
  ConnectErrorCode: api.ConnectErrorCode;
  ConnectionStatus: Known<api.ConnectionStatus>;
  FlowState: api.FlowSnapshot["state"];
  IssueCode: api.IssueCode;
}

/** Words that only TypeScript uses: the module is not loaded, or has stopped. */
interface WordsOfTypeScript {
  ConnectErrorCode: "load_failed" | "crashed";
}

type Known<T> = T extends string ? (string extends T ? never : T) : never;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type NameIn<T, Names> = { [N in keyof Names]: Same<T, Names[N]> extends true ? N : never }[keyof Names];
type NameOf<T> =
  Same<T, api.ConnectError> extends true ? "ConnectError"
  : Same<T, api.Tool> extends true ? "Tool"
  : NameIn<T, Answers & Words>;

/**
 * How a value is described: `string`, `number`, `boolean`, `unknown`, the name of a type, an array of one of these (`string[]`), a record of
 * them (`Record<string>`), or, for a union of words, the words. An open union is a string.
 */
type Kind<T> = [NameOf<T>] extends [never] ? UnnamedKind<T> : NameOf<T>;
type UnnamedKind<T> =
  [T] extends [readonly (infer Item)[]] ? `${Kind<Item> & string}[]`
  : string extends T ? "string"
  : [T] extends [string] ? { readonly [W in T]: true }
  : [T] extends [number] ? (number extends T ? "number" : "a constant number")
  : boolean extends T ? "boolean"
  : [T] extends [boolean] ? `${T}`
  : string extends keyof T ? `Record<${Kind<T[keyof T]> & string}>`
  : "a type that shape.ts does not name";

type NullableKind<T> = unknown extends T ? "unknown" : null extends T ? `${Kind<Exclude<T, null>> & string} | null` : Kind<T>;

/** The members of a type. The name of an optional one ends with `?`. A member that is always absent is left out. */
type Shape<T> = {
  readonly [K in keyof T & string as [Exclude<T[K], undefined>] extends [never] ? never : Key<T, K>]-?: NullableKind<Exclude<T[K], undefined>>;
};
type Key<T, K extends keyof T & string> = {} extends Pick<T, K> ? `${K}?` : K;

/** Of each variant of a union, by its word in the member `By`: the shape without `By` and the members `Common`. */
type Variants<T extends { [K in By]: string }, By extends keyof T, Common = never> = {
  readonly [Word in T[By]]: Shape<VariantOf<T, By, Word, By | Common>>;
};
type VariantOf<T, By extends PropertyKey, Word, Without> =
  T extends { [K in By]: infer W } ? (Word extends W ? { [K in keyof T as Exclude<K, Without>]: T[K] } : never) : never;

/** The calls of a class whose answer has no name above. */
type Unnamed<Class> = {
  readonly [K in keyof Class & string as Class[K] extends (...given: never[]) => infer R
    ? IsNamed<NonNullable<Answer<R>>> extends true ? never : K
    : never]: "name the answer in Answers";
};
type Answer<R> =
  R extends PromiseLike<infer T> ? Answer<T>
  : R extends AsyncIterableIterator<infer T> ? T
  : R extends readonly (infer T)[] ? T
  : R;
type IsNamed<T> =
  [T] extends [void | api.ConnectFlow | api.EnsuredConnection | api.Entity | api.TraceEntry] ? true
  : [NameOf<T>] extends [never] ? false
  : true;

/** Options that never reach the core: functions, objects of the page, and what the loader reads. */
type Foreign = "fetch" | "signal" | "storage" | "wasmUrl";
type OptionKind<K, T> =
  K extends Foreign ? "foreign"
  : [T] extends [string] ? Kind<T>
  : [T] extends [number] ? "number"
  : [T] extends [boolean] ? "boolean"
  : [T] extends [readonly string[]] ? "array"
  : [Extract<T, Record<string, unknown>>] extends [never] ? ([Exclude<T, URL>] extends [string] ? "string" : "object")
  : "object";
type OptionsShape<T> = {
  readonly [K in keyof T & string as Key<T, K>]-?: OptionKind<K, Exclude<T[K], undefined | null>>;
};

/** Calls whose first argument is not an object of options. */
type WithoutOptions = "entity" | "getEntity" | "parseCallback" | "redirect";
/** The options of every method of a class, by the path of the call. */
type OptionsIn<Class, Path extends string> = {
  readonly [K in Exclude<keyof Class & string, WithoutOptions> as Class[K] extends (options: infer _) => unknown
    ? [FirstOf<Class[K]>] extends [never] ? never : `${Path}${K}`
    : never]: OptionsShape<FirstOf<Class[K]>>;
};
type FirstOf<T> = T extends (...given: infer G) => unknown ? (G extends readonly [] ? never : NonNullable<G[0]>) : never;

export interface Shapes {
  readonly answers: { readonly [N in keyof Answers]: Shape<Answers[N]> }
    & Unnamed<api.ConnectClient> & Unnamed<api.Apps> & Unnamed<api.Integrations> & Unnamed<api.ConnectedAccounts> & Unnamed<api.Entity>;
  readonly snapshots: Variants<api.FlowSnapshot, "state", keyof api.FlowBasics>;
  readonly trace: Variants<api.TraceEntry, "kind">;
  readonly words: {
    readonly [N in keyof Words]: { readonly [W in Exclude<Words[N], N extends keyof WordsOfTypeScript ? WordsOfTypeScript[N] : never>]: true };
  };
  readonly options: { readonly createClient: OptionsShape<api.ClientOptions> }
    & OptionsIn<api.ConnectClient, "">
    & OptionsIn<api.Apps, "apps.">
    & OptionsIn<api.Integrations, "integrations.">
    & OptionsIn<api.ConnectedAccounts, "connectedAccounts.">
    & OptionsIn<api.Entity, "entity.">;
}
