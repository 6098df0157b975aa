const held = new Set<Request>();

/** Sends a request, and holds it until the answer: in Node, a `Request` passes its signal on only as long as something holds it. */
export async function sendHeld(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
  held.add(request);
  try {
    return await send(request);
  } finally {
    held.delete(request);
  }
}
