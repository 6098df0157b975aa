import { kindOf } from "./kind-of.js";
import { bodyAlreadyRead } from "./refusal.js";
import type { NodeRequest } from "./types.js";

/** Converts Node's request. Undefined for the URL of a proxy request, a wrong host, and a method that `Request` rejects. */
export function toRequest(incoming: NodeRequest, signal: AbortSignal): Request | undefined {
  try {
    const { method = "GET" } = incoming;
    const path = incoming.originalUrl ?? incoming.url ?? "";
    const { headers, authority } = parseHeaders(incoming);
    const host = headers.get("host") ?? authority;
    const isSecure = Boolean((incoming.socket as { encrypted?: boolean } | undefined)?.encrypted);
    // Concatenated: resolved as a reference, `//evil.example` would be another host.
    if (!path.startsWith("/") || !/^[\w.[\]:-]+$/.test(host)) return undefined;
    const hasBody = method !== "GET" && method !== "HEAD";
    const init = { method, headers, signal, ...(hasBody && { body: bodyOf(incoming, headers), duplex: "half" }) };
    return new Request(`${isSecure ? "https" : "http"}://${host}${path}`, init as RequestInit);
  } catch {
    return undefined;
  }
}

/** Adapters for cloud functions leave `rawHeaders` empty and fill `headers`. */
function headerPairs({ rawHeaders, headers }: NodeRequest): [name: string, value: string][] {
  if (!rawHeaders?.length) {
    return Object.entries(headers ?? {}).flatMap(([name, value]) =>
      [value].flat().filter((one) => one !== undefined && one !== null).map((one): [string, string] => [name, String(one)]),
    );
  }
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [rawHeaders[2 * index] ?? "", rawHeaders[2 * index + 1] ?? ""]);
}

function parseHeaders(incoming: NodeRequest): { headers: Headers; authority: string } {
  const headers = new Headers();
  const cookies: string[] = [];
  let authority = "";
  for (const [name, value] of headerPairs(incoming)) {
    // HTTP/2 sends the method, the path and the host as headers whose names start with a colon.
    if (name === ":authority") authority = value;
    // HTTP/2 may split cookies into several headers, which `Headers` would join with commas.
    else if (name.toLowerCase() === "cookie") cookies.push(value);
    else if (!name.startsWith(":")) headers.append(name, toByteString(value));
  }
  if (cookies.length) headers.set("cookie", toByteString(cookies.join("; ")));
  return { headers, authority };
}

/** Header values have one character for each byte, as in Node. Adapters pass Unicode strings, which `Headers` rejects. */
function toByteString(value: string): string {
  if (!/[^\0-\xff]/.test(value)) return value;
  return Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join("");
}

type NodeBody = ReadableStream<Uint8Array> | Uint8Array | string | null;

/** The body as a stream, or as a parser has left it. Never waits for a stream that has ended. */
function bodyOf(incoming: NodeRequest, headers: Headers): NodeBody {
  if (headers.get("content-length") === "0") return null;
  const { readableDidRead, readableEnded, destroyed, readable, body, rawBody } = incoming;
  const isLive = !readableEnded && !destroyed && readable !== false && readableDidRead !== true;
  // `rawBody` comes first, because it is what the page sent.
  const left = [rawBody, body].find((value) => !isEmpty(value));
  const parsed = left === undefined ? undefined : serialise(left);
  if (parsed !== undefined) {
    headers.delete("content-length");
    headers.delete("content-encoding");
    return parsed;
  }
  // Express 4 sets `{}` as the body of requests that it has not read. Only without a stream does a body mean that a parser has run.
  const isParsed = readableDidRead === undefined && body !== undefined && body !== null;
  if (isLive && !isParsed && typeof incoming.on === "function") return streamOf(incoming);
  if (left !== undefined) return alreadyReadStream(`, and \`request.body\` is ${kindOf(left)}`);
  if (body !== undefined && body !== null) return null;
  if (destroyed && !readableEnded) return failingStream(new Error("The body broke off"));
  const hadBody = readableDidRead ?? (Number(headers.get("content-length")) > 0 || headers.has("transfer-encoding"));
  return hadBody ? alreadyReadStream() : null;
}

const isBytes = (value: unknown): value is ArrayBufferView | ArrayBuffer => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

/** Whether a parser left no body: nothing, empty text, no bytes, or the empty object that some set by default. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (isBytes(value)) return value.byteLength === 0;
  return isPlain(value) && Object.keys(value).length === 0;
}

/** Whether a value may come from JSON. Its prototype may be of another realm. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Turns what a parser left into a body again; undefined if that is impossible. */
function serialise(value: unknown): Uint8Array | string | undefined {
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

/** A body that fails when the gateway reads it, after it has admitted the request. */
function alreadyReadStream(detail = ""): ReadableStream<Uint8Array> {
  return failingStream(bodyAlreadyRead(detail, "Mount the gateway before what reads bodies, or set `request.body` to the body as bytes, text or parsed JSON"));
}

function failingStream(error: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(error) }, { highWaterMark: 0 });
}

/** Streams the body. Cancelling does not destroy the request, because the answer uses the same connection. */
function streamOf(incoming: NodeRequest): ReadableStream<Uint8Array> {
  let isOver = false;
  const once = (end: () => void) => () => {
    if (!isOver) end();
    isOver = true;
  };
  let isWanted = false;
  // Middleware may have left a listener for "readable". With such a listener, the stream does not flow by itself.
  const pulled = incoming.listenerCount?.("readable") ? () => isWanted && incoming.read?.() : () => incoming.resume();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const breakOff = once(() => controller.error(new Error("The body broke off")));
        incoming.on("data", (chunk) => {
          if (isOver) return;
          isWanted = false;
          // The chunk is a string if middleware called `setEncoding`.
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
    // Reads nothing in advance.
    { highWaterMark: 0 },
  );
}
