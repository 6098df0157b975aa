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

/** A v1 platform whose connections are active as soon as the user is back. `asked` lists `METHOD path`. */
export function platform() {
  const asked = [];
  const fetch = async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    if (request.method === "POST") {
      return json({ connectedAccountId: "ca_1", connectionStatus: "INITIATED", redirectUrl: "https://auth.test/go?x=1" });
    }
    return json({ id: pathname.split("/").pop(), status: "ACTIVE", appUniqueId: "gmail", clientUniqueUserId: "Jessica" });
  };
  return { asked, options: { api: "v1", entityId: "Jessica", retry: 0, fetch, storage: memoryStorage() } };
}

/** The arguments of a connection that is started with one request. */
export const initiating = { integrationId: "in_1", redirectUrl: "https://app.test/done" };

/** Where the platform sends the user back to. */
export const callback = ({ flowId, connectedAccountId }) =>
  `https://app.test/done?cf_flow=${flowId}&status=success&connectedAccountId=${connectedAccountId}`;
