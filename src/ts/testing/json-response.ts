/** A JSON response. `Body` is a type of platform/answers.ts. */
export function jsonResponse<Body>(status: number, body: Body, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}
