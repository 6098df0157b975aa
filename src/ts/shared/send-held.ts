const held = new Set<Request>();

/** Sends a request, and holds it until it is answered or aborted: in Node, a `Request` passes its signal on only as long as something holds it. */
export async function sendHeld(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
  held.add(request);
  request.signal?.addEventListener("abort", () => held.delete(request), { once: true });
  try {
    return await send(request);
  } finally {
    held.delete(request);
  }
}
