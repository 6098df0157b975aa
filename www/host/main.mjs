import { users } from "./authorization-server.mjs";
import { isFree } from "./listen.mjs";
import { startHost } from "./server.mjs";

/**
 * Starts the demo and prints its URLs. Uses ports 3000 to 3002, or free ones where these are taken. `port` replaces port 3000. With `COMPOSIO_API_KEY` in the
 * environment it uses the real platform, at `COMPOSIO_BASE_URL` if set.
 * @returns the result of `startHost`.
 */
export async function main({ port } = {}) {
  const { COMPOSIO_API_KEY: apiKey, COMPOSIO_BASE_URL: baseUrl = "https://backend.composio.dev" } = process.env;
  const upstream = apiKey ? { baseUrl: baseUrl.replace(/\/+$/, ""), apiKey } : undefined;
  const host = await startOnPorts({ upstream }, port);
  console.log(`\n  connect-flow demo       ${host.appUrl}`);
  if (upstream) {
    console.log(`  platform                ${upstream.baseUrl}, with your COMPOSIO_API_KEY\n`);
  } else {
    console.log(`  sandbox platform        ${host.platformUrl}, with the key ${host.apiKey}`);
    console.log(`  authorization server    ${host.authorizationUrl}\n`);
    console.log(`  Sign in there as ${users.map(({ name, password }) => `${name} (${password})`).join(" or ")}.\n`);
  }
  return host;
}

/** A port that was free may be taken by the time the pages are bundled. Then the search for ports starts again. */
async function startOnPorts(options, port, attempts = 3) {
  const wanted = [port ?? 3000, ...[3001, 3002].map((other) => (other === port ? 0 : other))];
  const ports = wanted.map(async (each) => ((await isFree(each)) ? each : 0));
  const [appPort, platformPort, authorizationPort] = await Promise.all(ports);
  try {
    return await startHost({ appPort, platformPort, authorizationPort, ...options });
  } catch (error) {
    if (error.code !== "EADDRINUSE" || attempts === 1) throw error;
    return startOnPorts(options, port, attempts - 1);
  }
}
