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
 * The same response with its body in a JavaScript stream. In some browsers reading a body of text or bytes takes further tasks, which the clock
 * would not wait for.
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
