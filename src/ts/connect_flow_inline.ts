import start, * as module from "./connect_flow.js";

/** The module's file, deflated and in base64. The build inserts it. */
declare const DEFLATED: string;

/** Compiles the module and starts it. Returns its exports. */
export async function open() {
  const bytes = Uint8Array.from(atob(DEFLATED), (character) => character.charCodeAt(0));
  // From a `Response`, because the `Blob` of jsdom has no stream.
  const stream = (new Response(bytes).body as ReadableStream<BufferSource>).pipeThrough(new DecompressionStream("deflate-raw"));
  // Like the response of a server that serves the file.
  await start({ module_or_path: new Response(stream, { headers: { "content-type": "application/wasm" } }) });
  return module;
}
