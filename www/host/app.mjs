import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { createGateway } from "connect-flow/server";
import { Hono } from "hono";

/** The users of the demo. */
export const entities = ["Jessica", "Melissa"];
const apps = ["gmail", "shopify", "zendesk", "firecrawl", "acme_tickets", "posthog", "own_crm", "hackernews"];
const loopback = ["localhost", "127.0.0.1", "[::1]"];
const fileName = ":name{[\\w-][\\w.-]*}";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const headers = {
  "cache-control": "no-cache",
  "content-security-policy": [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<path d="M6 4H4a4 4 0 0 0 0 8h2m4-8h2a4 4 0 0 1 0 8h-2M5 8h6" fill="none" stroke="#4338ca" stroke-width="2" stroke-linecap="round"/>
</svg>`;

/**
 * The app's server: its pages, their files, and the gateway.
 * @param folders of the pages' files. The first folder that has a file wins.
 * @param react folders for the pages below `/react`.
 * @param upstream `{ baseUrl, apiKey }` of the platform.
 * @param url the app's own URL, on loopback.
 * @param users `{ name, password }` of the users of the sandbox's authorization server. Undefined without the sandbox.
 */
export function createApp({ folders, react = [], upstream, url, users }) {
  const { port } = new URL(url);
  const gateway = createGateway({
    apiKey: upstream.apiKey,
    upstream: upstream.baseUrl,
    authenticate: entityOf,
    allow: { operations: ["connect", "manage", "apps.list", "getAuthParams", "executeAction"], apps, actions: ["GMAIL_GET_PROFILE", "SHOPIFY_GET_SHOP"] },
    redirectOrigins: loopback.map((name) => `http://${name}:${port}`),
  });
  const app = new Hono();
  app.use(refuseForeignHosts);
  app.all("/api/connect/*", (context) => gateway(context.req.raw));
  app.get("/", () => file(folders, "index.html"));
  app.get("/chat", () => file(folders, "chat.html"));
  for (const path of ["/react", "/react/connections", "/react/chat"]) app.get(path, () => file(react, "index.html"));
  app.get(`/react/${fileName}`, (context) => file(react, context.req.param("name")));
  app.get("/demo.json", (context) => context.json({ sandbox: Boolean(users), users: users ?? [] }, 200, headers));
  app.get("/favicon.ico", () => new Response(favicon, { headers: { ...headers, "content-type": types[".svg"] } }));
  app.get(`/${fileName}`, (context) => file(folders, context.req.param("name")));
  app.notFound(() => new Response("Not found", { status: 404, headers }));
  return app;
}

/**
 * Trusts the page's header, Jessica by default. A real app reads the user from its session instead: here, every visitor can act as
 * every user.
 */
function entityOf(request) {
  const name = request.headers.get("demo-user") ?? entities[0];
  return entities.find((entity) => entity === name);
}

/** Refuses DNS rebinding: another site could resolve its own name to this machine, and then use the gateway. */
async function refuseForeignHosts(context, next) {
  const { hostname } = new URL(context.req.url);
  if (!loopback.includes(hostname)) return new Response("Unknown host", { status: 421, headers });
  return next();
}

async function file(folders, name) {
  const type = types[extname(name)];
  for (const folder of type ? folders : []) {
    try {
      return new Response(await readFile(join(folder, name)), { headers: { ...headers, "content-type": type } });
    } catch (error) {
      if (!["ENOENT", "EISDIR"].includes(error.code)) throw error;
    }
  }
  return new Response("Not found", { status: 404, headers });
}
