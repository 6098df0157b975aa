/** The module's file, deflated, in base64: put in by the build. */
declare const DEFLATED: string;

/** An answer like that of the server which did not serve the file. */
export function open(): Response {
  const bytes = Uint8Array.from(atob(DEFLATED), (character) => character.charCodeAt(0));
  // Of a response, as the `Blob` of a DOM in Node has no stream.
  const stream = (new Response(bytes).body as ReadableStream<BufferSource>).pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream, { headers: { "content-type": "application/wasm" } });
}
