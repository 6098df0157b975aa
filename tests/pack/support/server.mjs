import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { createSandbox } from "connect-flow/testing";
import { listen } from "../../../www/host/listen.mjs";

const types = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
  ".wasm": "application/wasm",
};
const prefix = "/api/connect";
const report = "/policy-report";
/** A strict policy, with the least that the package needs. */
export const strict = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; report-uri ${report}`;
const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };

/**
 * A static server with the sandbox at /api/connect, which also accepts cross-origin requests.
 * @param folder the served folder. `headers` are sent with every file.
 * @param port a free port by default.
 * @param answer for a path, returns `{ status, headers, body }` to send in place of the file, or `{ type }` for another content type.
 * @returns `{ url, api, sandbox, paths, violations, close }`: `paths` are the requested files, `violations` the reports of `strict`.
 */
export async function serve({ folder, headers, answer, port = 0 } = {}) {
  const sandbox = createSandbox({ apiKey: "key" });
  const server = await listen(port);
  const [paths, violations] = [[], []];
  server.serve(getRequestListener(async (request) => {
    const url = new URL(request.url);
    if (url.pathname.startsWith(prefix)) {
      if (request.method === "OPTIONS") return new Response(null, { headers: cors });
      const requestHeaders = new Headers(request.headers);
      requestHeaders.set("x-api-key", "key");
      const body = request.method === "GET" ? undefined : await request.arrayBuffer();
      const answered = await sandbox.fetch(
        new Request(`https://platform.test${url.pathname.slice(prefix.length)}${url.search}`, { method: request.method, headers: requestHeaders, body }),
      );
      return new Response(answered.body, { status: answered.status, headers: { ...Object.fromEntries(answered.headers), ...cors } });
    }
    if (url.pathname === report) {
      violations.push(await request.json());
      return new Response(null, { status: 204 });
    }
    const path = url.pathname.endsWith("/") ? `${url.pathname}index.html` : url.pathname;
    paths.push(path);
    const replacement = await answer?.(path);
    if (replacement && !replacement.type) return new Response(replacement.body, replacement);
    try {
      const type = replacement?.type ?? types[extname(path)] ?? "application/octet-stream";
      return new Response(await readFile(join(folder, path)), { headers: { "content-type": type, ...headers } });
    } catch {
      return new Response("Not found", { status: 404, headers });
    }
  }, { overrideGlobalObjects: false }));
  return { url: server.url, sandbox, api: `${server.url}${prefix}`, paths, violations, close: server.close };
}
