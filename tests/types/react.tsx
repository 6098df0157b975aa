// Compiled, never run: what the types of ./react accept and reject.
import { type ConnectClient, type ConnectError, type FlowSnapshot } from "connect-flow";
import { ConnectProvider, type ConnectProviderProps, useConnectClient, useConnectFlow } from "connect-flow/react";

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(value?: T) => value;

declare const client: ConnectClient;

export function Component() {
  const state = useConnectClient();
  yes<Equals<typeof state.client, ConnectClient | null>>();
  yes<Equals<typeof state.error, ConnectError | null>>();

  const flow = useConnectFlow({ app: "gmail", mode: "popup" });
  yes<Equals<typeof flow.state, FlowSnapshot["state"]>>();
  const settled: Promise<FlowSnapshot> = flow.submit({ shop: "acme" });
  void settled;
  void flow.submit().then(flow.retry).then(flow.load);
  if (flow.state === "connected") yes<Equals<typeof flow.account.isDisabled, boolean>>();
  if (flow.state === "failed") yes<Equals<typeof flow.error, ConnectError>>();
  // @ts-expect-error only some states have an account
  void flow.account;
  // @ts-expect-error unknown mode
  useConnectFlow({ app: "gmail", mode: "iframe" });
  // @ts-expect-error values are strings
  void flow.submit({ port: 1 });
  // @ts-expect-error a snapshot is read-only
  flow.expectedInputFields = [];
  return null;
}

export const given = <ConnectProvider client={client}><Component /></ConnectProvider>;
export const promised: ConnectProviderProps = { client: Promise.resolve(client) };
export const made: ConnectProviderProps = { options: { baseUrl: "/api" } };
// @ts-expect-error `client` and `options` exclude each other
export const both: ConnectProviderProps = { client, options: { baseUrl: "/api" } };
// @ts-expect-error one of `client` and `options` is required
export const none: ConnectProviderProps = {};
