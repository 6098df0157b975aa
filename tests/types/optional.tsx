// Compiled with `exactOptionalPropertyTypes`, never run: every optional member of an argument also accepts `undefined`.
import * as client from "connect-flow";
import * as react from "connect-flow/react";
import * as server from "connect-flow/server";
import * as testing from "connect-flow/testing";

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(value?: T) => value;

/** The names of optional members that do not accept `undefined`, apart from members of every object, such as `toString`. */
type Refusing<T> = T extends object
  ? { [K in keyof T]-?: string extends K ? never : K extends keyof object | keyof Object ? never : {} extends Pick<T, K> ? ({ [P in K]: undefined } extends Pick<T, K> ? never : K) : never }[keyof T]
  : never;
yes<Equals<Refusing<{ a?: string; b?: string | undefined; c: string } | { d?: number }>, "a" | "d">>();
yes<Equals<Refusing<{ [name: string]: string }>, never>>();

/** The parameter types of an object's methods. */
type ParametersIn<T> = { [K in keyof T]: T[K] extends (...values: infer V) => unknown ? V[number] : never }[keyof T];
/** The return type of a user's function. */
type ResultOf<T> = T extends (...values: never[]) => infer R ? Awaited<R> : never;

// Whole objects, so that new methods are covered.
yes<Equals<Refusing<ParametersIn<typeof client>>, never>>();
yes<Equals<Refusing<ParametersIn<client.ConnectClient>>, never>>();
yes<Equals<Refusing<ParametersIn<client.ConnectedAccounts>>, never>>();
yes<Equals<Refusing<ParametersIn<client.Apps>>, never>>();
yes<Equals<Refusing<ParametersIn<client.Integrations>>, never>>();
yes<Equals<Refusing<ParametersIn<client.Entity>>, never>>();
yes<Equals<Refusing<ParametersIn<client.ConnectFlow>>, never>>();
yes<Equals<Refusing<ParametersIn<typeof react>>, never>>();
yes<Equals<Refusing<ParametersIn<typeof server>>, never>>();
yes<Equals<Refusing<ParametersIn<typeof testing>>, never>>();
// Except `RequestInit`, which is not ours.
yes<Equals<Refusing<Exclude<ParametersIn<testing.Sandbox>, RequestInit>>, never>>();
yes<Equals<Refusing<ParametersIn<testing.SandboxClock>>, never>>();

// Types nested in the parameters.
yes<Equals<Refusing<client.ExpectedInputField>, never>>();
yes<Equals<Refusing<server.GatewayAllow | server.NodeRequest>, never>>();
yes<Equals<Refusing<testing.SandboxApp | testing.SandboxField | testing.OAuthPort>, never>>();
yes<Equals<Refusing<{ [K in keyof testing.OAuthPort]-?: ResultOf<testing.OAuthPort[K]> }[keyof testing.OAuthPort]>, never>>();
// The parameters above do include these types.
yes<Equals<client.FlowOptions extends ParametersIn<client.ConnectClient> ? true : false, true>>();
yes<Equals<testing.FaultRule extends ParametersIn<testing.Sandbox> ? true : false, true>>();

declare const maybe: string | undefined;
export const options: client.ClientOptions = { baseUrl: "/api/connect", entityId: maybe, headers: undefined, fetch: undefined };
export const flow: client.FlowOptions = { app: "gmail", entityId: maybe, mode: undefined };
export const provided = <react.ConnectProvider client={undefined} options={options} />;
export const given = <react.ConnectProvider client={Promise.resolve({} as client.ConnectClient)} options={undefined} />;
export const sandbox = testing.createSandbox({ apps: undefined, gateway: maybe, now: undefined });
export const attempt: testing.Attempt = { outcome: "denied", afterMs: undefined };
export const allow: server.GatewayAllow = { operations: ["connect"], apps: ["gmail"], actions: undefined };
