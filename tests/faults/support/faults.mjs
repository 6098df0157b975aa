/**
 * What goes wrong with one request. Of each: how it is made, and what comes of it.
 *
 * - `read`, for a request that only reads: the word, and whether it is repeated by itself. What is repeated is told from what is
 *   not by the number of requests.
 * - `change`, for a request that changes something, which is sent once whatever happens; by default the same word.
 * - `isHeard`: the platform has done what it was asked, and only the answer is lost.
 *
 * `fine` is: as if nothing had been.
 */
const text = (status, body, headers = {}) => ({ answer: ({ send }) => send({ status, headers, body: Buffer.from(body) }) });
const json = { "content-type": "application/json; charset=utf-8" };
const html = { "content-type": "text/html; charset=utf-8" };
const page = "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>";

/** The platform does its part, and its answer is changed on the way. */
const changed = (change) => ({
  isHeard: true,
  answer: async ({ handle, send }) => {
    const answer = await handle();
    send({ ...answer, ...change(answer) });
  },
});

/** A refusal that says nothing but its status. */
const refusal = (status, headers) => text(status, JSON.stringify({ message: `Fault ${status}` }), { ...json, ...headers });

const turns = async (count) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

/** An answer that arrives byte by byte, one a second. */
const drip = {
  isHeard: true,
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
    // Node does not abort a request whose object has been collected: then nobody reads, and the server goes on.
    next.isOfServer = true;
    next();
  },
};

/** Well-formed, and longer than it needs to be. */
const padded = (bytes) => changed(({ body }) => {
  const rest = Buffer.from(`${body.toString().trim().slice(1)}`);
  const head = Buffer.from(`{"padding":"${"x".repeat(bytes - rest.length - 14)}",`);
  return { body: Buffer.concat([head, rest]) };
});

const repeated = (word) => ({ word, isRepeated: true });
const once = (word) => ({ word, isRepeated: false });

export const faults = [
  { name: "connection refused", goesTo: "refused", read: repeated("network") },
  { name: "name not found (DNS)", goesTo: "unknown", read: repeated("network") },
  { name: "reset before the answer", answer: ({ socket }) => socket.resetAndDestroy(), read: repeated("network") },
  {
    name: "reset in the headers",
    isHeard: true,
    answer: async ({ handle, socket }) => {
      await handle();
      socket.write("HTTP/1.1 200 OK\r\nContent-Ty");
      await turns(4);
      socket.resetAndDestroy();
    },
    read: repeated("network"),
  },
  {
    name: "reset in the body",
    isHeard: true,
    answer: async ({ handle, response, socket }) => {
      const { status, headers, body } = await handle();
      response.writeHead(status, { ...headers, "content-length": body.length });
      response.write(body.subarray(0, body.length / 2));
      await turns(8);
      socket.resetAndDestroy();
    },
    read: repeated("network"),
  },
  { name: "hangs, not heard", answer: ({ hang }) => hang(), read: repeated("timeout") },
  {
    name: "hangs, heard",
    isHeard: true,
    answer: async ({ handle, hang }) => {
      await handle();
      hang();
    },
    read: repeated("timeout"),
  },
  { name: "drips, a byte a second", ...drip, read: repeated("timeout") },
  { name: "400", ...refusal(400), read: once("invalid_request") },
  { name: "401", ...refusal(401), read: once("unauthorized") },
  { name: "403", ...refusal(403), read: once("forbidden") },
  { name: "404", ...refusal(404), read: once("not_found") },
  { name: "409", ...refusal(409), read: once("conflict") },
  { name: "422", ...refusal(422), read: once("invalid_request") },
  { name: "429, Retry-After: 7", ...refusal(429, { "retry-after": "7" }), read: repeated("rate_limited"), waitMs: 7_000 },
  { name: "429", ...refusal(429), read: repeated("rate_limited") },
  { name: "500", ...refusal(500), read: repeated("server") },
  { name: "500 after it was done", ...changed(() => ({ status: 500, headers: json, body: Buffer.from("{}") })), read: repeated("server") },
  { name: "502, a page", ...text(502, page, html), read: repeated("server") },
  { name: "503, Retry-After: 3", ...refusal(503, { "retry-after": "3" }), read: repeated("server"), waitMs: 3_000 },
  { name: "200, a page (captive portal)", ...text(200, page, html), read: once("response_invalid") },
  { name: "200, empty", ...changed(() => ({ body: Buffer.alloc(0) })), read: repeated("response_invalid") },
  { name: "cut JSON", ...changed(({ body }) => ({ body: body.subarray(0, body.length / 2) })), read: repeated("response_invalid") },
  { name: "other JSON: []", ...changed(() => ({ body: Buffer.from("[]") })), read: once("response_invalid") },
  { name: "JSON called text/html", ...changed(() => ({ headers: html })), read: once("fine") },
  {
    name: "bytes that are no UTF-8",
    ...changed(({ body }) => ({ body: Buffer.concat([Buffer.from('{"note":"\xff\xc3(\xed\xa0\x80",', "latin1"), body.subarray(1)]) })),
    read: once("fine"),
  },
  {
    name: "UTF-16",
    ...changed(({ body }) => ({ body: Buffer.from(`\ufeff${body.toString()}`, "utf16le") })),
    read: once("response_invalid"),
  },
  { name: "1 MB, to the byte", ...padded(1_000_000), read: once("fine") },
  { name: "more than 1 MB", ...padded(1_000_001), read: once("response_invalid") },
  { name: "302 elsewhere", ...text(302, "", { location: "/elsewhere" }), read: once("redirected") },
  { name: "307 to itself", answer: ({ url, send }) => send({ status: 307, headers: { location: url } }), read: once("redirected") },
];
