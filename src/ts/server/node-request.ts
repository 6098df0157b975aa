import { kindOf } from "./kind-of.js";
import { bodyAlreadyRead } from "./refusal.js";
import type { NodeRequest } from "./types.js";

/** The Web's request for one of Node's. Undefined where there is none: a proxy's address, a wrong host, a method that `Request` refuses. */
export function toRequest(incoming: NodeRequest, signal: AbortSignal): Request | undefined {
  try {
    const { method = "GET" } = incoming;
    const path = incoming.originalUrl ?? incoming.url ?? "";
    const { headers, authority } = readHeaders(incoming);
    const host = headers.get("host") ?? authority;
    const isSecure = Boolean((incoming.socket as { encrypted?: boolean } | undefined)?.encrypted);
    // The path is added as it is: as a reference, `//evil.example` would be another host.
    if (!path.startsWith("/") || !/^[\w.[\]:-]+$/.test(host)) return undefined;
    const hasBody = method !== "GET" && method !== "HEAD";
    const init = { method, headers, signal, ...(hasBody && { body: readBody(incoming, headers), duplex: "half" }) };
    return new Request(`${isSecure ? "https" : "http"}://${host}${path}`, init as RequestInit);
  } catch {
    return undefined;
  }
}

/** Adapters for functions in the cloud leave `rawHeaders` empty and fill `headers` only. */
function pairsOf({ rawHeaders, headers }: NodeRequest): [name: string, value: string][] {
  if (!rawHeaders?.length) {
    return Object.entries(headers ?? {}).flatMap(([name, value]) =>
      [value].flat().filter((one) => one !== undefined && one !== null).map((one): [string, string] => [name, String(one)]),
    );
  }
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [rawHeaders[2 * index] ?? "", rawHeaders[2 * index + 1] ?? ""]);
}

function readHeaders(incoming: NodeRequest): { headers: Headers; authority: string } {
  const headers = new Headers();
  const cookies: string[] = [];
  let authority = "";
  for (const [name, value] of pairsOf(incoming)) {
    // HTTP/2 lists the method, the path and the host as headers whose names start with a colon.
    if (name === ":authority") authority = value;
    // HTTP/2 may also split the cookies. A comma between them would change them.
    else if (name.toLowerCase() === "cookie") cookies.push(value);
    else if (!name.startsWith(":")) headers.append(name, asBytes(value));
  }
  if (cookies.length) headers.set("cookie", asBytes(cookies.join("; ")));
  return { headers, authority };
}

/** As Node's own requests have it: one character for each byte. Adapters hand on text, which `Headers` refuses. */
function asBytes(value: string): string {
  if (!/[^\0-\xff]/.test(value)) return value;
  return Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join("");
}

type Body = ReadableStream<Uint8Array> | Uint8Array | string | null;

/** The body as it arrives or, where a body parser was here before, what that has left. Never waits for a stream that is over. */
function readBody(incoming: NodeRequest, headers: Headers): Body {
  if (headers.get("content-length") === "0") return null;
  const { readableDidRead, readableEnded, destroyed, readable, body, rawBody } = incoming;
  const isLive = !readableEnded && !destroyed && readable !== false && readableDidRead !== true;
  // Before the parsed one, because it is what the page has sent.
  const left = [rawBody, body].find((value) => !isEmpty(value));
  const parsed = left === undefined ? undefined : written(left);
  if (parsed !== undefined) {
    headers.delete("content-length");
    headers.delete("content-encoding");
    return parsed;
  }
  // Express 4 sets `{}` as the body of a request that it has not read. Only a request without a stream has nothing to say about that.
  const isParsed = readableDidRead === undefined && body !== undefined && body !== null;
  if (isLive && !isParsed && typeof incoming.on === "function") return streamOf(incoming);
  if (left !== undefined) return failingAsRead(`, and \`request.body\` is ${kindOf(left)}`);
  if (body !== undefined && body !== null) return null;
  if (destroyed && !readableEnded) return failing(new Error("The body broke off"));
  const hadBody = readableDidRead ?? (Number(headers.get("content-length")) > 0 || headers.has("transfer-encoding"));
  return hadBody ? failingAsRead() : null;
}

const isBytes = (value: unknown): value is ArrayBufferView | ArrayBuffer => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

/** Whether a parser has left nothing: no value, no text, no bytes, or the object that some set by default. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (isBytes(value)) return value.byteLength === 0;
  return isPlain(value) && Object.keys(value).length === 0;
}

/** Whether JSON may have become this. The prototype may be that of another realm. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a parser has left, as a body again; undefined for what cannot be one. */
function written(value: unknown): Uint8Array | string | undefined {
  if (typeof value === "string") return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (typeof value === "object" && !isPlain(value) && !Array.isArray(value)) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The gateway learns of this when it reads the body, after it has let the request in. */
function failingAsRead(detail = ""): ReadableStream<Uint8Array> {
  return failing(bodyAlreadyRead(detail, "Mount the gateway before what reads bodies, or set `request.body` to the body as bytes, text or parsed JSON"));
}

function failing(error: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(error) }, { highWaterMark: 0 });
}

/** Nothing is destroyed when the gateway has read enough, since the connection and the answer on it would be as well. */
function streamOf(incoming: NodeRequest): ReadableStream<Uint8Array> {
  let isOver = false;
  const once = (end: () => void) => () => {
    if (!isOver) end();
    isOver = true;
  };
  let isWanted = false;
  // Beside a listener for "readable", which a middleware may have left, nothing flows by itself.
  const pulled = incoming.listenerCount?.("readable") ? () => isWanted && incoming.read?.() : () => incoming.resume();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const breakOff = once(() => controller.error(new Error("The body broke off")));
        incoming.on("data", (chunk) => {
          if (isOver) return;
          isWanted = false;
          // Text, where something has called `setEncoding`.
          controller.enqueue(typeof chunk === "string" ? new TextEncoder().encode(chunk) : new Uint8Array(chunk));
          incoming.pause();
        });
        incoming.on("end", once(() => controller.close()));
        incoming.on("error", breakOff);
        incoming.on("close", breakOff);
        incoming.pause();
        if (incoming.listenerCount?.("readable")) incoming.on("readable", pulled);
      },
      pull: () => {
        isWanted = true;
        pulled();
      },
      cancel: once(() => {}),
    },
    // Nothing before somebody reads.
    { highWaterMark: 0 },
  );
}
