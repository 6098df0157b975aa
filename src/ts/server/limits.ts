import { refuse } from "./refusal.js";

const maxEmpty = 1_000;

/** Waits for a promise no longer than the signal lets it, whether or not the other side minds the signal. */
export function within<T>(signal: AbortSignal, promise: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    void Promise.resolve(promise).then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Lets go of what nobody reads any more; what comes of that, or is thrown, is nobody's concern. */
export function drop(stream: { cancel(): unknown } | null | undefined): void {
  void (async () => stream?.cancel())().catch(() => {});
}

/** A whole body; undefined when it is longer than that. */
export async function readBytes(body: ReadableStream<Uint8Array> | null, most: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const reader = body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let empty = 0;
  let isWhole = false;
  try {
    for (;;) {
      const { done, value } = await within(signal, reader.read());
      if (done) break;
      if (!ArrayBuffer.isView(value)) throw new TypeError("a chunk that is no bytes");
      // They may come without a task in between, in which no time limit can end them.
      if (value.byteLength === 0 && ++empty > maxEmpty) throw new TypeError("chunks without bytes, and no end");
      size += value.byteLength;
      if (size > most) return undefined;
      chunks.push(value);
    }
    isWhole = true;
  } finally {
    if (!isWhole) drop(reader);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Undefined for what is not UTF-8. */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Refuses a URL and headers that are longer than that together. */
export function boundHeaders({ url, headers }: Request, most: number): void {
  let size = url.length;
  for (const [name, value] of headers) size += name.length + value.length;
  if (size > most) throw refuse(431, "HeadersTooLong", "The headers are longer than the option `maxHeaderBytes` allows");
}
