// Compiled with `exactOptionalPropertyTypes`, never run: whatever may be left out may be `undefined` too, in everything that users write.
import * as client from "connect-flow";
import * as react from "connect-flow/react";
import * as server from "connect-flow/server";
import * as testing from "connect-flow/testing";

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(value?: T) => value;

/** The optional members of a type that do not accept `undefined`; what every object has, such as `toString`, is not one of them. */
type Refusing<T> = T extends object
  ? { [K in keyof T]-?: string extends K ? never : K extends keyof object | keyof Object ? never : {} extends Pick<T, K> ? ({ [P in K]: undefined } extends Pick<T, K> ? never : K) : never }[keyof T]
  : never;
yes<Equals<Refusing<{ a?: string; b?: string | undefined; c: string } | { d?: number }>, "a" | "d">>();
yes<Equals<Refusing<{ [name: string]: string }>, never>>();

/** What the functions of an object take. */
type GivenTo<T> = { [K in keyof T]: T[K] extends (...values: infer V) => unknown ? V[number] : never }[keyof T];
/** What functions of the user answer. */
type AnswerOf<T> = T extends (...values: never[]) => infer R ? Awaited<R> : never;

// Every call, so that a new one is looked at too.
yes<Equals<Refusing<GivenTo<typeof client>>, never>>();
yes<Equals<Refusing<GivenTo<client.ConnectClient>>, never>>();
yes<Equals<Refusing<GivenTo<client.ConnectedAccounts>>, never>>();
yes<Equals<Refusing<GivenTo<client.Apps>>, never>>();
yes<Equals<Refusing<GivenTo<client.Integrations>>, never>>();
yes<Equals<Refusing<GivenTo<client.Entity>>, never>>();
yes<Equals<Refusing<GivenTo<client.ConnectFlow>>, never>>();
yes<Equals<Refusing<GivenTo<typeof react>>, never>>();
yes<Equals<Refusing<GivenTo<typeof server>>, never>>();
yes<Equals<Refusing<GivenTo<typeof testing>>, never>>();
yes<Equals<Refusing<GivenTo<testing.Sandbox>>, never>>();
yes<Equals<Refusing<GivenTo<testing.SandboxClock>>, never>>();

// What is written inside of those.
yes<Equals<Refusing<client.ExpectedInputField>, never>>();
yes<Equals<Refusing<server.GatewayAllow | server.NodeRequest>, never>>();
yes<Equals<Refusing<testing.SandboxApp | testing.SandboxField | testing.OAuthPort>, never>>();
yes<Equals<Refusing<{ [K in keyof testing.OAuthPort]-?: AnswerOf<testing.OAuthPort[K]> }[keyof testing.OAuthPort]>, never>>();
// The calls above do take these.
yes<Equals<client.FlowOptions extends GivenTo<client.ConnectClient> ? true : false, true>>();
yes<Equals<testing.FaultRule extends GivenTo<testing.Sandbox> ? true : false, true>>();

declare const maybe: string | undefined;
export const options: client.ClientOptions = { baseUrl: "/api/connect", entityId: maybe, headers: undefined, fetch: undefined };
export const flow: client.FlowOptions = { app: "gmail", entityId: maybe, mode: undefined };
export const provided = <react.ConnectProvider client={undefined} options={options} />;
export const given = <react.ConnectProvider client={Promise.resolve({} as client.ConnectClient)} options={undefined} />;
export const sandbox = testing.createSandbox({ apps: undefined, gateway: maybe, now: undefined });
export const attempt: testing.Attempt = { outcome: "denied", afterMs: undefined };
export const allow: server.GatewayAllow = { operations: ["connect"], apps: ["gmail"], actions: undefined };
