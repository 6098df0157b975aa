import { listen } from "../../../www/host/listen.mjs";

/** A different site than the demo's `localhost`. */
const HOST = "127.0.0.1";

/**
 * Opens an attacker's site. Every page of it contains `html` only.
 * @returns `{ url, origin, visits, close }`, where `visits` are the requested paths.
 */
export async function openEvilSite(html = "") {
  const server = await listen(0);
  const visits = [];
  server.serve((request, response) => {
    visits.push(request.url);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
    response.end(`<!doctype html><title>Evil</title><link rel="icon" href="data:,"><h1>Evil</h1>${html}`);
  });
  const origin = server.url.replace("localhost", HOST);
  return { origin, url: `${origin}/`, visits, close: server.close };
}
