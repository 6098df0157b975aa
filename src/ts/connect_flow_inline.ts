/** The module's file, deflated and in base64. The build inserts it. */
declare const DEFLATED: string;

/** Returns the module's file like the response of a server that serves it. */
export function file(): Response {
  const bytes = Uint8Array.from(atob(DEFLATED), (character) => character.charCodeAt(0));
  // From a `Response`, because the `Blob` of jsdom has no stream.
  const stream = (new Response(bytes).body as ReadableStream<BufferSource>).pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream, { headers: { "content-type": "application/wasm" } });
}
