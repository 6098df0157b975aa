import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompress, constants } from "node:zlib";
import { createSandbox } from "../../dist/testing.js";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { GROUPS } from "../../scripts/size/sizes.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm" };
const API = "/api/connect";
const DIST = [...new Set(Object.values(GROUPS).flat())];

const baseHeaders = {
  "cache-control": "public, max-age=31536000, immutable",
  // Blocks the telemetry of some peers.
  "content-security-policy": "connect-src 'self'",
};

/** Enables precise clocks and memory measurements. Such a page cannot reach its popups. */
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/**
 * Serves dist/ and other files, compressed and immutable, below any folder: a new folder name is a cold cache. Passes requests below
 * `/api/connect` to a sandbox.
 * @param pages additional files by name, as text or bytes.
 * @param options `isIsolated`: whether pages are cross-origin isolated. `apps`: further apps of the sandbox. `dist`: the build to serve.
 * @returns `{ url, sandbox, calls, delay, missing, noted, close }`: `calls` are the sandbox's requests with the bytes of both bodies,
 * `delay` the settable delay of its answers in milliseconds, `missing` a set of path endings that answer 404, and `noted()` a promise of
 * what a page sends to `/noted`.
 */
export async function serve(pages = {}, { isIsolated = true, apps = [], dist = inRoot("dist") } = {}) {
  const headers = isIsolated ? { ...baseHeaders, ...isolated } : baseHeaders;
  const files = new Map(await Promise.all([...DIST, ...Object.keys(pages)].map(async (name) => [name, await compressed(name, pages, dist)])));
  const state = { delay: 0, calls: [], missing: new Set() };
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url, state.url);
      if (url.pathname.startsWith(API)) return await answerApi(state, request, response, url);
      if (url.pathname === "/noted") return take(JSON.parse(await bodyOf(request)), response);
      answerFile(response, url.pathname);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });

  let noted;
  state.noted = () => new Promise((resolve) => (noted = resolve));
  function take(note, response) {
    noted?.(note);
    response.writeHead(204).end();
  }

  function answerFile(response, path) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isMissing = [...state.missing].some((part) => path.endsWith(part));
    const body = isMissing ? undefined : files.get(name);
    if (!body) return void response.writeHead(404).end();
    const type = TYPES[extname(name)];
    response.writeHead(200, { ...headers, "content-type": type, "content-encoding": "br", "content-length": body.length });
    response.end(body);
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://localhost:${server.address().port}`;
  // The sandbox redirects users to this server, which answers 404.
  state.sandbox = createSandbox({ apiKey: "key", origin: state.url, apps });
  return Object.assign(state, {
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Compresses a file at startup, so that no measurement includes it. */
async function compressed(name, pages, dist) {
  const bytes = pages[name] ?? (await readFile(join(dist, name)));
  const params = { [constants.BROTLI_PARAM_QUALITY]: name in pages ? 5 : 11 };
  return new Promise((resolve, reject) =>
    brotliCompress(bytes, { params }, (error, result) => (error ? reject(error) : resolve(result))),
  );
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answerApi(state, request, response, url) {
  const body = await bodyOf(request);
  const path = url.pathname.slice(API.length);
  const headers = { "x-api-key": "key", "content-type": request.headers["content-type"] ?? "application/json" };
  const forwarded = new Request(`https://platform.test${path}${url.search}`, {
    method: request.method,
    headers,
    body: body.length ? body : undefined,
  });
  const answer = await state.sandbox.fetch(forwarded);
  const text = await answer.text();
  state.calls.push({ method: request.method, path, status: answer.status, sent: body.length, got: Buffer.byteLength(text) });
  if (state.delay) await sleep(state.delay);
  const type = answer.headers.get("content-type") ?? "application/json";
  response.writeHead(answer.status, { "content-type": type, "cache-control": "no-store" });
  response.end(text);
}
