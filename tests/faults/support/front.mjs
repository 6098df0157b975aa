import dns from "node:dns";
import { createServer } from "node:http";

/**
 * A real server in front of the sandbox, reached with Node's own `fetch`. Requests for which `front.isFor(method, path)` is true meet
 * `front.fault`, and `front.tries` records them.
 */
export async function openFront(clock) {
  const front = { tries: [], requests: [], fault: null, isFor: () => false, isOnline: true, sandbox: null, fetch: null, apiOf: null };
  // Fails for a host that does not exist, without asking a resolver.
  const { lookup } = dns;
  dns.lookup = (name, ...rest) => {
    if (!name.endsWith(".invalid")) return lookup(name, ...rest);
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND", syscall: "getaddrinfo", hostname: name });
    process.nextTick(rest.at(-1), error);
  };

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const exchange = exchangeOf(request, response, Buffer.concat(chunks));
    const fault = request.headers["x-fault"] ? front.fault : null;
    try {
      if (fault) await fault.answer(exchange);
      else exchange.send(await exchange.handle());
    } catch (error) {
      response.destroy();
      if (!request.socket.destroyed) front.trouble = error;
    }
    clock.count += 1;
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  front.url = `http://127.0.0.1:${server.address().port}`;
  // A port without a server.
  const closed = createServer();
  await new Promise((done) => closed.listen(0, "127.0.0.1", done));
  const closedUrl = `http://127.0.0.1:${closed.address().port}`;
  await new Promise((done) => closed.close(done));
  front.unreachable = { refused: closedUrl, unknown: "http://platform.invalid" };

  function exchangeOf(request, response, body) {
    const { method, url, headers, socket } = request;
    return {
      method, url, response, socket, clock, front,
      /** Passes the request to the sandbox and returns its answer. */
      async handle() {
        const given = Object.fromEntries(["x-api-key", "content-type", "accept"].filter((name) => headers[name]).map((name) => [name, headers[name]]));
        const answer = await front.sandbox.fetch(new Request(front.url + url, { method, headers: given, body: body.length ? body : undefined }));
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: Buffer.from(await answer.arrayBuffer()) };
      },
      send({ status, headers: own, body: bytes = Buffer.alloc(0) }) {
        response.writeHead(status, { ...own, "content-length": bytes.length, connection: "close" });
        response.end(bytes);
      },
      /** Never answers. The clock may advance meanwhile. */
      hang() {
        clock.held += 1;
        response.on("close", () => {
          clock.held -= 1;
          clock.count += 1;
        });
      },
    };
  }

  /** The client's `fetch`. */
  front.fetch = async (request) => {
    const { pathname } = new URL(request.url);
    const entry = { method: request.method, path: pathname, atMs: clock.trueMs };
    front.requests.push(entry);
    const isFaulty = front.fault && front.isFor(request.method, pathname);
    if (isFaulty) front.tries.push(entry);
    if (isFaulty) await front.fault.before?.(request);
    if (!front.isOnline) throw new TypeError("fetch failed");
    clock.busy += 1;
    clock.count += 1;
    try {
      if (!isFaulty) return await fetch(request);
      const { goesTo } = front.fault;
      if (goesTo) return await fetch(new Request(request.url.replace(front.url, front.unreachable[goesTo]), request));
      const headers = new Headers(request.headers);
      if (front.fault.answer) headers.set("x-fault", "1");
      return await fetch(new Request(request, { headers }));
    } finally {
      clock.busy -= 1;
      clock.count += 1;
    }
  };
  front.reset = () => {
    Object.assign(front, { tries: [], requests: [], fault: null, isOnline: true, trouble: undefined });
  };
  front.close = () => {
    dns.lookup = lookup;
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return front;
}
