import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createClient } from "connect-flow";

const wasm = readFileSync(fileURLToPath(import.meta.resolve("connect-flow/connect_flow_bg.wasm")));

/** The module at an address that Node's `fetch` takes: it refuses `file:`. */
export const wasmUrl = URL.createObjectURL(new Blob([wasm], { type: "application/wasm" }));

/** A client of a platform that nothing is asked of, unless there is a `fetch`. */
export const connect = (options) => createClient({ wasmUrl, baseUrl: "https://platform.test", ...options });

/** A JSON answer. */
export const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });

/** A `Storage` in memory. */
export function memoryStorage() {
  const map = new Map();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    key: (index) => [...map.keys()][index] ?? null,
    get length() {
      return map.size;
    },
  };
}

/**
 * A platform whose connections are active as soon as the user is back. `asked` lists `METHOD path` and `bodies` what was sent, without the
 * look-up of the integration of {@link initiating}, which is OAuth with the developer's own credentials.
 */
export function platform() {
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

/** The arguments of a connection that is started with one request. */
export const initiating = { integrationId: "in_1", redirectUrl: "https://app.test/done" };

/** Where the platform sends the user back to. */
export const callback = ({ flowId, connectedAccountId }) =>
  `https://app.test/done?cf_flow=${flowId}&status=success&connectedAccountId=${connectedAccountId}`;
