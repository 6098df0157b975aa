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
/** What a strict site allows, and the least that the package can do with. */
export const strict = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; report-uri ${report}`;
const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };

/**
 * A static server as any, with the sandbox behind a gateway of its own: at the same address, or asked from another.
 * @param folder what it serves; `headers` go with every file.
 * @param port default any that is free.
 * @param answer for a path, `{ status, headers, body }` to be sent in place of the file, or a promise of it.
 * @returns `{ url, api, sandbox, paths, violations, close }`; `paths` are the files that were asked for, `violations` what was reported of
 * the policy `strict`.
 */
export async function serve({ folder, headers, answer, port = 0 } = {}) {
  const sandbox = createSandbox({ apiKey: "key" });
  const server = await listen(port);
  const [paths, violations] = [[], []];
  server.serve(getRequestListener(async (request) => {
    const url = new URL(request.url);
    if (url.pathname.startsWith(prefix)) {
      if (request.method === "OPTIONS") return new Response(null, { headers: cors });
      const asked = new Headers(request.headers);
      asked.set("x-api-key", "key");
      const body = request.method === "GET" ? undefined : await request.arrayBuffer();
      const { status, headers: told, body: said } = await sandbox.fetch(
        new Request(`https://platform.test${url.pathname.slice(prefix.length)}${url.search}`, { method: request.method, headers: asked, body }),
      );
      return new Response(said, { status, headers: { ...Object.fromEntries(told), ...cors } });
    }
    if (url.pathname === report) {
      violations.push(await request.json());
      return new Response(null, { status: 204 });
    }
    const path = url.pathname.endsWith("/") ? `${url.pathname}index.html` : url.pathname;
    paths.push(path);
    const own = await answer?.(path);
    if (own && !own.type) return new Response(own.body, own);
    try {
      const type = own?.type ?? types[extname(path)] ?? "application/octet-stream";
      return new Response(await readFile(join(folder, path)), { headers: { "content-type": type, ...headers } });
    } catch {
      return new Response("Not found", { status: 404, headers });
    }
  }, { overrideGlobalObjects: false }));
  return { url: server.url, sandbox, api: `${server.url}${prefix}`, paths, violations, close: server.close };
}
