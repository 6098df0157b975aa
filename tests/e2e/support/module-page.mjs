import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { createApp } from "../../../www/host/app.mjs";
import { listen } from "../../../www/host/listen.mjs";
import { readChanges, until } from "./until.mjs";
import { settle } from "./watch.mjs";

const folders = ["../fixtures/", "../../../dist/"].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

/**
 * Serves the package as it is built, with a page that does nothing but import it, before the same platform, and opens it.
 * @returns `{ url, call, close }`. `call(clientOptions, method, ...values)` makes a client in the page and calls one of its
 * methods; gives `{ value }` or `{ error }`.
 */
export async function openModulePage(browser, platform) {
  // The platform's key: one request of the demo's server tells.
  await fetch(`${platform.appUrl}/api/connect/api/v3/toolkits`);
  const [{ key: apiKey }] = platform.exchanges();
  platform.reset();
  const server = await listen(0);
  const { fetch: answer } = createApp({ folders, url: server.url, upstream: { baseUrl: platform.platformUrl, apiKey } });
  server.serve(platform.front.wrap(getRequestListener(answer, { overrideGlobalObjects: false }), server.url));
  await browser.url(server.url);
  await hasPackage(browser);
  return {
    url: `${server.url}/`,
    call: async (...values) => JSON.parse(await browser.execute(callClient, ...values)),
    close: async () => {
      await settle(browser);
      await server.close();
    },
  };
}

/** Waits until the page has imported the package, also after a reload. */
export const hasPackage = (browser) =>
  until(browser, "the page has the package", readChanges(browser, () => JSON.stringify("connectFlow" in globalThis)), Boolean);

/** Runs in the page. */
async function callClient(clientOptions, method, ...values) {
  try {
    const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", ...clientOptions });
    return JSON.stringify({ value: await client[method](...values) });
  } catch (thrown) {
    const isOurs = globalThis.connectFlow.isConnectError(thrown);
    return JSON.stringify({ error: { ...thrown, isOurs, message: thrown.message } });
  }
}
