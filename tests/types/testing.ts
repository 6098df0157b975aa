// Compiled, never run: what the types of ./testing accept and reject.
import { type ClientOptions, type ConnectClient, createClient, type FlowSnapshot } from "connect-flow";
import { type Attempt, createSandbox, type Fault, type Sandbox, type SandboxAccount, type SandboxClientOptions, type SandboxError, type SandboxErrorCode } from "connect-flow/testing";

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(value?: T) => value;

const sandbox: Sandbox = createSandbox({ now: () => 0, advanceTimers: (ms) => ms });
export const withApps = createSandbox({ apps: [{ key: "notion" }, { key: "our_crm", authScheme: "API_KEY", fields: [{ name: "key", isSecret: true }] }] });
// @ts-expect-error unknown scheme
export const saml = createSandbox({ apps: [{ key: "a", authScheme: "SAML" }] });
// @ts-expect-error `key` is required
export const keyless = createSandbox({ apps: [{ name: "A" }] });
const options: ClientOptions = sandbox.install({ entityId: "Jessica", api: "v3" });
export const made: Promise<ConnectClient> = createClient(options);
export const client = sandbox.createClient({ entityId: "Jessica" });
yes<Equals<typeof client, Promise<ConnectClient>>>();

const known: Attempt[] = [
  { outcome: "connected" }, { outcome: "denied", afterMs: 1 }, { outcome: "failed" }, { outcome: "slow", activeAfterMs: 1 }, { outcome: "expired" },
  { outcome: "never" }, { outcome: "offline", forMs: 1 }, { outcome: "popup_blocked" }, { outcome: "popup_closed" }, { outcome: "popup_cut_off" },
  { outcome: "revoked" }, { outcome: "credentials_rejected" }, { outcome: "scopes_missing" }, { outcome: "other_browser" },
  { outcome: "session", verifierUrl: "https://app.test/verify" },
];
known.forEach(sandbox.next);
// @ts-expect-error unknown outcome
sandbox.next({ outcome: "closed" });
// @ts-expect-error "never" has no time
sandbox.next({ outcome: "never", afterMs: 1 });
// @ts-expect-error "denied" has no verifier
sandbox.next({ outcome: "denied", verifierUrl: "https://app.test/verify" });
export const before: SandboxAccount = sandbox.addAccount({ app: "gmail", alias: "work", accountType: "SHARED", status: "EXPIRED", rejects: "scopes" });
// @ts-expect-error `app` is required
sandbox.addAccount({ alias: "work" });
// @ts-expect-error the app of an account never changes
sandbox.changeAccount(before.id, { app: "gmail" });
// @ts-expect-error the sandbox sets `baseUrl`
sandbox.install({ baseUrl: "/api" });
// @ts-expect-error the sandbox sets `unsafeApiKey`
export const keyed: SandboxClientOptions = { unsafeApiKey: "k" };
// @ts-expect-error `requests` is read-only
sandbox.requests.push({ method: "GET", path: "/", status: 200, atMs: 0 });
// @ts-expect-error a drop has no status
export const fault: Fault = { kind: "drop", status: 1 };

export async function use(flow: { submit(): Promise<FlowSnapshot> }): Promise<string> {
  const end = await sandbox.clock.until(flow.submit());
  yes<Equals<typeof end, FlowSnapshot>>();
  yes<Equals<ReturnType<typeof sandbox.clock.advance>, Promise<void>>>();
  return end.state === "failed" ? end.error.code : end.state;
}

export function caught(error: SandboxError): SandboxErrorCode {
  // @ts-expect-error the list of codes is closed
  if (error.code === "no_clock") throw error;
  return error.code;
}
