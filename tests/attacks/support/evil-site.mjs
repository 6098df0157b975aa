import { listen } from "../../../www/host/listen.mjs";

/** Another site: of another host than the demo's, which is at `localhost`. */
const HOST = "127.0.0.1";

/**
 * A site of somebody who means harm. Its pages are empty but for `html`.
 * @returns `{ url, origin, visits, close }`; `visits` are the paths that browsers have asked for.
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
