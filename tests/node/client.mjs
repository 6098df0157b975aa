// Clients for tests. `makeClient` takes a `fetch` of the test's own, `makeSandboxClient` asks a sandbox.
// Use `sandbox.createClient` instead where the test needs the sandbox's page and clock.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createClient } from "connect-flow";

const wasm = readFileSync(fileURLToPath(import.meta.resolve("connect-flow/connect_flow_bg.wasm")));

/** The module as a `blob:` URL: Node's `fetch` refuses `file:`. */
export const wasmUrl = URL.createObjectURL(new Blob([wasm], { type: "application/wasm" }));

/** A client whose platform does not exist: pass a `fetch` to answer its requests. */
export const makeClient = (options) => createClient({ wasmUrl, baseUrl: "https://platform.test", ...options });

/** A client that asks `sandbox`, for the user Jessica, with an empty storage of its own. */
export const makeSandboxClient = (sandbox, options) => createClient({ ...sandboxOptions(sandbox), ...options });

/** The options of {@link makeSandboxClient}, for tests that call `createClient` themselves. */
export const sandboxOptions = (sandbox) => ({
  wasmUrl,
  baseUrl: "https://sandbox.test",
  entityId: "Jessica",
  unsafeApiKey: "sandbox-key",
  redirectUrl: "https://app.test/done",
  storage: memoryStorage(),
  fetch: (request) => sandbox.fetch(request),
});

/** Whether the tests run on the JavaScript build, which is about ten times slower. */
export const withoutWasm = process.execArgv.some((argument) => argument.endsWith("/without-wasm.mjs"));

/** A JSON response. */
export const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });

/** A `Storage` in memory. */
export function memoryStorage() {
  const map = new Map();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    // A copy of all keys for each index would make a scan of a thousand records take a million steps.
    key(index) {
      for (const key of map.keys()) if (index-- === 0) return key;
      return null;
    },
    get length() {
      return map.size;
    },
  };
}

/**
 * A platform with one integration, that of {@link initiateOptions}. Its accounts are ACTIVE from the first status check.
 * @returns
 * - `asked`: every request as `METHOD path`, except the lookup of the integration.
 * - `bodies`: the bodies of its POST requests.
 * - `options`: the client options to reach it.
 */
export function fakePlatform() {
  const asked = [];
  const bodies = [];
  const fetch = async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/auth_configs/in_1")) return json({ id: "in_1", auth_scheme: "OAUTH2", is_composio_managed: false, expected_input_fields: [] });
    asked.push(`${request.method} ${pathname}`);
    if (request.method === "POST") {
      bodies.push(await request.clone().json());
      return json({ id: "ca_1", status: "INITIATED", redirect_url: "https://auth.test/go?x=1" });
    }
    return json({ id: pathname.split("/").pop(), status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" });
  };
  return { asked, bodies, options: { entityId: "Jessica", retry: 0, fetch, storage: memoryStorage() } };
}

/** Options that initiate a connection at {@link fakePlatform}. */
export const initiateOptions = { integrationId: "in_1", redirectUrl: "https://app.test/done" };

/** The callback URL of a successful connection request. */
export const callbackUrl = ({ flowId, connectedAccountId }) =>
  `https://app.test/done?cf_flow=${flowId}&status=success&connectedAccountId=${connectedAccountId}`;

/** All items of an async iterable, such as a list of the client. */
export async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/**
 * Asserts that a promise, or a call, fails with this `ConnectError`. `field` is the argument or input field that its first issue names;
 * without it the error must have no issues.
 * @returns the error.
 */
export async function rejectsWith(call, code, field) {
  const error = await (async () => (typeof call === "function" ? call() : call))().then(() => assert.fail(`expected ${code}`), (error) => error);
  assert.deepEqual([error.name, error.code, error.issues?.[0].field], ["ConnectError", code, field], `expected ${code} at ${field}, got ${error.code} at ${error.issues?.[0].field}: ${error.message}`);
  return error;
}
