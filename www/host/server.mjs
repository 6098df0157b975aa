import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { createApp } from "./app.mjs";
import { createAuthorizationServer, users } from "./authorization-server.mjs";
import { bundle, entryOf } from "./bundle.mjs";
import { listen } from "./listen.mjs";
import { createOAuthPort } from "./oauth-client.mjs";

const www = fileURLToPath(new URL("../", import.meta.url));

/**
 * Starts the demo on localhost: an app, a sandbox platform, and an authorization server for the platform's OAuth apps.
 * @param options
 * - `appPort`, `platformPort`, `authorizationPort`: default 3000, 3001, 3002. 0 for any free port.
 * - `clock`: returns the sandbox's time in milliseconds since 1970. Default `Date.now`.
 * - `accessTokenTtlSeconds`: the lifetime of the authorization server's access tokens. Default 3600.
 * - `coop`: whether the authorization server's pages send `Cross-Origin-Opener-Policy`. Default false.
 * - `verifierPath`: a path of the app to which the platform sends users with a session alone, because the project verifies identities. Default: none.
 * - `pages`: a folder with `index.html` and `main.js`, bundled into its `dist/`. Default `www/vanilla` and, below `/react`,
 *   `www/react`, bundled into `www/dist`.
 * - `mode`: React's mode, `production` (default) or `development`.
 * - `upstream`: `{ baseUrl, apiKey }` of a platform to use instead of the sandbox.
 * - `wrap`: `(listener, origin) => listener`, wraps each server's listener, for tests.
 * @returns `{ appUrl, platformUrl, authorizationUrl, apiKey, sandbox, close }`, where `apiKey` is the platform's. With `upstream`, only `appUrl` and `close`.
 * @throws `EADDRINUSE` when a port is taken.
 */
export async function startHost(options = {}) {
  const { appPort = 3000, platformPort = 3001, authorizationPort = 3002, mode = "production", wrap = (listener) => listener } = options;
  const open = [];
  const close = async () => { await Promise.all(open.map((server) => server.close())); };
  const start = async (port) => {
    const server = await listen(port);
    open.push(server);
    return { ...server, serve: (listener) => server.serve(wrap(listener, server.url)) };
  };
  try {
    const folders = await Promise.all(
      options.pages
        ? [prepare(options.pages, join(options.pages, "dist"))]
        : [prepare(join(www, "vanilla"), join(www, "dist", "vanilla")), prepare(join(www, "react"), join(www, "dist", `react-${mode}`), mode)],
    );
    const app = await start(appPort);
    const platform = options.upstream ? {} : await startPlatform(start, { ...options, appUrl: app.url, platformPort, authorizationPort });
    const upstream = options.upstream ?? { baseUrl: platform.platformUrl, apiKey: platform.apiKey };
    const { fetch } = createApp({ folders: folders[0], react: folders[1], upstream, url: app.url, users: options.upstream ? undefined : users });
    app.serve(getRequestListener(fetch, { overrideGlobalObjects: false }));
    return { appUrl: app.url, ...platform, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Bundles a folder of pages. Returns the folders of its files, bundled ones first. */
async function prepare(pages, out, mode) {
  if (entryOf(pages)) await bundle(pages, out, mode);
  return [out, pages];
}

async function startPlatform(start, { appUrl, platformPort, authorizationPort, clock, accessTokenTtlSeconds, coop, verifierPath }) {
  const { createSandbox } = await import("connect-flow/testing");
  const [platform, authorization] = [await start(platformPort), await start(authorizationPort)];
  const apiKey = randomBytes(16).toString("hex");
  const client = {
    id: "sandbox-platform",
    secret: randomBytes(32).toString("hex"),
    name: "Sandbox platform",
    redirectUris: [`${platform.url}/api/v3/toolkits/auth/callback`],
  };
  const sandbox = createSandbox({
    apiKey,
    origin: platform.url,
    oauth: createOAuthPort({ issuer: authorization.url, client }),
    ...(clock && { now: clock }),
    ...(verifierPath && { verifierUrl: appUrl + verifierPath }),
  });
  authorization.serve(await createAuthorizationServer({ issuer: authorization.url, client, accessTokenTtlSeconds, coop }));
  platform.serve(getRequestListener((request, { outgoing }) => answer(sandbox, request, outgoing), { overrideGlobalObjects: false }));
  return { platformUrl: platform.url, authorizationUrl: authorization.url, sandbox, apiKey };
}

/** Closes the connection without an answer when the sandbox's `fetch` rejects. */
async function answer(sandbox, request, outgoing) {
  try {
    return await sandbox.fetch(request);
  } catch (error) {
    const isExpected = request.signal.aborted || error.code === "SANDBOX_DROP" || error.name === "AbortError";
    if (!isExpected) console.error(error);
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
}
