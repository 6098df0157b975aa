/** A `Storage` in memory, for the clients of one sandbox. */
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
 * Returns a copy of the response with a JavaScript stream as its body. In some browsers, reading any other body takes several tasks, and the
 * clock does not wait for those.
 */
export async function withStreamBody(response: Response): Promise<Response> {
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
