import { getRequestListener } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { listen } from "../../www/host/listen.mjs";

/**
 * Serves a built site's files on loopback, as any static host does.
 * @param base the path that the site was built for.
 * @param port a free port by default.
 * @returns `{ url, close }`, where `url` is that of the home page.
 */
export async function serveSite({ folder, base, port = 0 }) {
  const app = new Hono();
  if (base !== "/") app.get("/", (context) => context.redirect(base));
  app.use(`${base}*`, serveStatic({ root: folder, rewriteRequestPath: (path) => path.slice(base.length - 1) }));
  const server = await listen(port);
  server.serve(getRequestListener(app.fetch));
  return { url: server.url + base, close: server.close };
}
