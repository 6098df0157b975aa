/**
 * The faults of one request: how the server produces each, and the expected result.
 *
 * - `read`: the result of a request that only reads, `fine` or an error code, and whether the client retries it. A request that
 *   changes something has the same result and is never retried.
 * - `isHandled`: the platform has handled the request, and only its answer is lost.
 */
const text = (status, body, headers = {}) => ({ answer: ({ send }) => send({ status, headers, body: Buffer.from(body) }) });
const json = { "content-type": "application/json; charset=utf-8" };
const html = { "content-type": "text/html; charset=utf-8" };
const page = "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>";

/** The platform handles the request, and its answer is changed on the way. */
const changed = (change) => ({
  isHandled: true,
  answer: async ({ handle, send }) => {
    const answer = await handle();
    send({ ...answer, ...change(answer) });
  },
});

/** An error without details. */
const httpError = (status, headers) => text(status, JSON.stringify({ message: `Fault ${status}` }), { ...json, ...headers });

const turns = async (count) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

/** An answer that arrives at one byte a second. */
const drip = {
  isHandled: true,
  answer: async ({ handle, response, clock }) => {
    const { status, headers, body } = await handle();
    response.writeHead(status, { ...headers, "content-length": body.length });
    let at = 0;
    const next = () => {
      if (response.destroyed || at >= body.length) return;
      response.write(body.subarray(at, ++at));
      clock.count += 1;
      setTimeout(next, 1_000);
    };
    // Node does not abort a request whose object was collected. The server then continues, so its timer is not the page's.
    next.isOfServer = true;
    next();
  },
};

/** A well-formed answer, padded to a length in bytes. */
const padded = (bytes) => changed(({ body }) => {
  const rest = Buffer.from(`${body.toString().trim().slice(1)}`);
  const head = Buffer.from(`{"padding":"${"x".repeat(bytes - rest.length - 14)}",`);
  return { body: Buffer.concat([head, rest]) };
});

const retried = (result) => ({ result, isRetried: true });
const once = (result) => ({ result, isRetried: false });

export const faults = [
  { name: "connection refused", goesTo: "refused", read: retried("network") },
  { name: "name not found (DNS)", goesTo: "unknown", read: retried("network") },
  { name: "reset before the answer", answer: ({ socket }) => socket.resetAndDestroy(), read: retried("network") },
  {
    name: "reset in the headers",
    isHandled: true,
    answer: async ({ handle, socket }) => {
      await handle();
      socket.write("HTTP/1.1 200 OK\r\nContent-Ty");
      await turns(4);
      socket.resetAndDestroy();
    },
    read: retried("network"),
  },
  {
    name: "reset in the body",
    isHandled: true,
    answer: async ({ handle, response, socket }) => {
      const { status, headers, body } = await handle();
      response.writeHead(status, { ...headers, "content-length": body.length });
      response.write(body.subarray(0, body.length / 2));
      await turns(8);
      socket.resetAndDestroy();
    },
    read: retried("network"),
  },
  { name: "hangs before it is handled", answer: ({ hang }) => hang(), read: retried("timeout") },
  {
    name: "hangs after it is handled",
    isHandled: true,
    answer: async ({ handle, hang }) => {
      await handle();
      hang();
    },
    read: retried("timeout"),
  },
  { name: "drips at one byte a second", ...drip, read: retried("timeout") },
  { name: "400", ...httpError(400), read: once("invalid_request") },
  { name: "401", ...httpError(401), read: once("unauthorized") },
  { name: "403", ...httpError(403), read: once("forbidden") },
  { name: "404", ...httpError(404), read: once("not_found") },
  { name: "409", ...httpError(409), read: once("conflict") },
  { name: "422", ...httpError(422), read: once("invalid_request") },
  { name: "429, Retry-After: 7", ...httpError(429, { "retry-after": "7" }), read: retried("rate_limited"), waitMs: 7_000 },
  { name: "429", ...httpError(429), read: retried("rate_limited") },
  { name: "500", ...httpError(500), read: retried("server") },
  { name: "500 after it is handled", ...changed(() => ({ status: 500, headers: json, body: Buffer.from("{}") })), read: retried("server") },
  { name: "502 with HTML", ...text(502, page, html), read: retried("server") },
  { name: "503, Retry-After: 3", ...httpError(503, { "retry-after": "3" }), read: retried("server"), waitMs: 3_000 },
  { name: "200 with HTML (captive portal)", ...text(200, page, html), read: once("response_invalid") },
  { name: "200 without a body", ...changed(() => ({ body: Buffer.alloc(0) })), read: retried("response_invalid") },
  { name: "truncated JSON", ...changed(({ body }) => ({ body: body.subarray(0, body.length / 2) })), read: retried("response_invalid") },
  { name: "other JSON: []", ...changed(() => ({ body: Buffer.from("[]") })), read: once("response_invalid") },
  { name: "JSON as text/html", ...changed(() => ({ headers: html })), read: once("fine") },
  {
    name: "invalid UTF-8 in an unknown member",
    ...changed(({ body }) => ({ body: Buffer.concat([Buffer.from('{"note":"\xff\xc3(\xed\xa0\x80",', "latin1"), body.subarray(1)]) })),
    read: once("fine"),
  },
  {
    name: "UTF-16",
    ...changed(({ body }) => ({ body: Buffer.from(`\ufeff${body.toString()}`, "utf16le") })),
    read: once("response_invalid"),
  },
  { name: "exactly 1 MB", ...padded(1_000_000), read: once("fine") },
  { name: "more than 1 MB", ...padded(1_000_001), read: once("response_invalid") },
  { name: "302 to another path", ...text(302, "", { location: "/elsewhere" }), read: once("redirected") },
  { name: "307 to itself", answer: ({ url, send }) => send({ status: 307, headers: { location: url } }), read: once("redirected") },
];
