/** A `Storage` in memory: what a sandbox's clients remember is gone with it. */
export function memoryStorage() {
  const map = new Map<string, string>();
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
    key: (index: number) => [...map.keys()][index] ?? null,
    clear: () => map.clear(),
    get length() {
      return map.size;
    },
  };
}

/**
 * The same answer with its body in a stream of JavaScript's, which is read without waiting for other tasks as bodies in text or
 * bytes are not in every browser: a clock may be moved once everything has happened that waits for no timer.
 */
export async function buffered(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  if (!response.body) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  return new Response(stream, { status, statusText, headers });
}
