import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompress, constants } from "node:zlib";
import { createSandbox } from "../../dist/testing.js";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { GROUPS } from "../../scripts/size/sizes.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm" };
const API = "/api/connect";
const DIST = [...new Set(Object.values(GROUPS).flat())];

const usual = {
  "cache-control": "public, max-age=31536000, immutable",
  // Some peers report to their makers.
  "content-security-policy": "connect-src 'self'",
};

/** For clocks and memory as exact as they get; but a popup is cut off from such a page. */
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/**
 * Serves dist/ and other files as a good server does, compressed and to be kept for ever, each below any folder:
 * a folder that was not used before is a cold cache. Below `/api/connect` it is a gateway to a sandbox of its own.
 * @param pages by their name: files of its own, as text or bytes; `isIsolated`: whether pages are cut off from others.
 * @returns `{ url, sandbox, calls, delay, missing, noted, close }`: what the sandbox was asked, with the bytes of both bodies; how
 * long it waits with each answer, which can be set; ends of paths that are answered by 404, a set; a promise of what a page sends to
 * `/noted`; the end.
 */
export async function serve(pages = {}, { isIsolated = true } = {}) {
  const headers = isIsolated ? { ...usual, ...isolated } : usual;
  const files = new Map(await Promise.all([...DIST, ...Object.keys(pages)].map(async (name) => [name, await compressed(name, pages)])));
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
  // Users are sent to an address of this server, which has no such page.
  state.sandbox = createSandbox({ apiKey: "key", origin: state.url });
  return Object.assign(state, {
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Before anybody waits for it. */
async function compressed(name, pages) {
  const bytes = pages[name] ?? (await readFile(inRoot("dist", name)));
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
  const sent = { "x-api-key": "key", "content-type": request.headers["content-type"] ?? "application/json" };
  const asked = new Request(`https://platform.test${path}${url.search}`, {
    method: request.method,
    headers: sent,
    body: body.length ? body : undefined,
  });
  const answer = await state.sandbox.fetch(asked);
  const said = await answer.text();
  state.calls.push({ method: request.method, path, status: answer.status, sent: body.length, got: Buffer.byteLength(said) });
  if (state.delay) await sleep(state.delay);
  const type = answer.headers.get("content-type") ?? "application/json";
  response.writeHead(answer.status, { "content-type": type, "cache-control": "no-store" });
  response.end(said);
}
