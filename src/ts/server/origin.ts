/**
 * Whether the page that asks may. Browsers say where a request comes from and no page can change what they say; whoever says nothing
 * is no browser, and has no user's cookies to misuse. `X-Forwarded-*` is not looked at: anybody can send it.
 */
export function isOwnPage(request: Request, origins: ReadonlySet<string>): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null && origins.has(origin)) return true;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || (site === "none" && request.method === "GET");
  return origin === null || isHere(origin, new URL(request.url));
}

/** For browsers without `Sec-Fetch-Site`. A server behind a TLS proxy knows itself by `http`. */
function isHere(origin: string, here: URL): boolean {
  return origin === here.origin || (here.protocol === "http:" && origin === `https://${here.host}`);
}
