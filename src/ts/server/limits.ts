import { refuse } from "./refusal.js";

const maxEmptyChunks = 1_000;

/** Waits for a promise until the signal aborts, even if the other side ignores the signal. */
export function within<T>(signal: AbortSignal, promise: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    const end = () => signal.removeEventListener("abort", abort);
    Promise.resolve(promise).then((value) => (end(), resolve(value)), (error: unknown) => (end(), reject(error)));
  });
}

/** Cancels a stream that nobody reads any more, and ignores how that ends. */
export function discard(stream: { cancel(): unknown } | null | undefined): void {
  void (async () => stream?.cancel())().catch(() => {});
}

/** Reads a whole body; undefined if it is longer than `maxBytes`. `Response.bytes` has neither a limit nor a signal. */
export async function readBytes(body: ReadableStream<Uint8Array> | null, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const reader = body?.getReader();
  if (!reader) return new Uint8Array();
  let bytes: Uint8Array | undefined;
  try {
    // One wait for the whole body: each one adds a listener to the signal.
    bytes = await within(signal, readChunks(reader, maxBytes));
  } finally {
    if (!bytes) discard(reader);
  }
  return bytes;
}

async function readChunks(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let emptyChunks = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!ArrayBuffer.isView(value)) throw new TypeError("a chunk that is not bytes");
    // Empty chunks can arrive without a task between them, so that no timer runs.
    if (value.byteLength === 0 && ++emptyChunks > maxEmptyChunks) throw new TypeError("too many chunks without bytes");
    size += value.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(value);
  }
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Decodes UTF-8; undefined for anything else. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Refuses a request whose URL and headers together are longer than `maxBytes`. */
export function boundHeaders({ url, headers }: Request, maxBytes: number): void {
  let size = url.length;
  for (const [name, value] of headers) size += name.length + value.length;
  if (size > maxBytes) throw refuse(431, "Gateway_HeadersTooLong", "The headers are longer than the option `maxHeaderBytes` allows");
}
