import { users } from "./authorization-server.mjs";
import { isFree } from "./listen.mjs";
import { startHost } from "./server.mjs";

/**
 * Starts the demo on its usual ports, or on free ones where these are taken, and says where it is. With
 * `COMPOSIO_API_KEY` in the environment it works against the real platform, at `COMPOSIO_BASE_URL` if that is set.
 * @returns what `startHost` returns.
 */
export async function main() {
  const { COMPOSIO_API_KEY: apiKey, COMPOSIO_BASE_URL: baseUrl = "https://backend.composio.dev" } = process.env;
  const upstream = apiKey ? { baseUrl: baseUrl.replace(/\/+$/, ""), apiKey } : undefined;
  const host = await startOnPorts({ upstream });
  console.log(`\n  connect-flow demo       ${host.appUrl}`);
  if (upstream) {
    console.log(`  platform                ${upstream.baseUrl}, with your COMPOSIO_API_KEY\n`);
  } else {
    console.log(`  sandbox platform        ${host.platformUrl}`);
    console.log(`  authorization server    ${host.authorizationUrl}\n`);
    console.log(`  Sign in there as ${users.map(({ name, password }) => `${name} (${password})`).join(" or ")}.\n`);
  }
  return host;
}

/** A port that was free may be taken once the pages are bundled, some seconds later: then the ports are looked at again. */
async function startOnPorts(options, attempts = 3) {
  const ports = [3000, 3001, 3002].map(async (port) => ((await isFree(port)) ? port : 0));
  const [appPort, platformPort, authorizationPort] = await Promise.all(ports);
  try {
    return await startHost({ appPort, platformPort, authorizationPort, ...options });
  } catch (error) {
    if (error.code !== "EADDRINUSE" || attempts === 1) throw error;
    return startOnPorts(options, attempts - 1);
  }
}
