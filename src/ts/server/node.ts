import type { Gateway, NodeRequest, NodeResponse } from "./index.js";

/** See `toNodeHandler`. */
export function adapt<Incoming extends NodeRequest>(gateway: Gateway<Incoming>) {
  return async (incoming: Incoming, outgoing: NodeResponse): Promise<void> => {
    const controller = new AbortController();
    outgoing.once("close", () => outgoing.writableFinished || controller.abort());
    const request = toRequest(incoming, controller.signal);
    const response = request ? await gateway(request, incoming) : refusal();
    const body = new Uint8Array(await response.arrayBuffer());
    const length = response.body && { "content-length": String(body.byteLength) };
    outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), ...length });
    outgoing.end(body);
    // What was not read goes, so that the connection can be used again.
    await request?.body?.cancel().catch(() => {});
    incoming.resume();
  };
}

/** What is no request of a page: a proxy's address, a name that is none, a method that `Request` does not take. */
function refusal(): Response {
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  return Response.json({ error: { message: "Not a request that this gateway takes", slug: "Gateway_BadRequest", status: 400 } }, { status: 400, headers });
}

function toRequest(incoming: NodeRequest, signal: AbortSignal): Request | undefined {
  const { method = "GET", rawHeaders } = incoming;
  const path = incoming.originalUrl ?? incoming.url ?? "";
  const headers = new Headers();
  let authority = "";
  try {
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const [name = "", value = ""] = [rawHeaders[index], rawHeaders[index + 1]];
      // HTTP/2 has the method, the path and the host among them.
      if (name === ":authority") authority = value;
      if (!name.startsWith(":")) headers.append(name, value);
    }
    const host = headers.get("host") ?? authority;
    const isSecure = Boolean((incoming.socket as { encrypted?: boolean } | undefined)?.encrypted);
    // The path is added as it is: as a reference, `//evil.example` would be another host.
    if (!path.startsWith("/") || !/^[\w.[\]:-]+$/.test(host)) return undefined;
    const hasBody = method !== "GET" && method !== "HEAD";
    const init = { method, headers, signal, ...(hasBody && { body: bodyOf(incoming), duplex: "half" }) };
    return new Request(`${isSecure ? "https" : "http"}://${host}${path}`, init as RequestInit);
  } catch {
    return undefined;
  }
}

/**
 * The body as it arrives, or, where a parser has read it before, as that understood it. Nothing is destroyed when the gateway has
 * read enough, since the connection and the answer on it would be as well.
 */
function bodyOf(incoming: NodeRequest): ReadableStream<Uint8Array> | string | null {
  if (incoming.readableDidRead) {
    const { body } = incoming;
    if (body === undefined || body === null) return null;
    return typeof body === "string" ? body : JSON.stringify(body);
  }
  let isOver = false;
  const once = (end: () => void) => () => {
    if (!isOver) end();
    isOver = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        incoming.on("data", (chunk) => {
          if (isOver) return;
          controller.enqueue(new Uint8Array(chunk));
          incoming.pause();
        });
        incoming.on("end", once(() => controller.close()));
        incoming.on("close", once(() => controller.error(new Error("The body broke off"))));
        incoming.pause();
      },
      pull: () => void incoming.resume(),
      cancel: once(() => {}),
    },
    // Nothing before somebody reads.
    { highWaterMark: 0 },
  );
}
