import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { createGateway } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";
import { blocksOf, openProject } from "./code-blocks.mjs";
import { openDom } from "./dom.mjs";
import { callbackAfterConsent } from "./browser.mjs";

export const home = "https://app.test";

/**
 * Opens a page with the HTML of a guide. Its requests reach a sandbox through a gateway that adds the key.
 * @returns `{ dom, sandbox, run, consent, close }`
 * - `run(address)`: loads the page and its script at this address.
 * - `consent(url, decision)`: answers the consent page, and returns the callback URL.
 */
export async function openGuide(document) {
  const blocks = blocksOf(document);
  const html = blocks.find(({ language }) => language === "html").code;
  const { code } = await transform(blocks.find(({ language }) => language === "ts").code, { loader: "ts", target: "es2022" });
  const [project, sandbox] = [await openProject(), createSandbox({ apiKey: "key" })];
  const dom = openDom(`${home}/connect`);
  const restore = serve(sandbox);
  // Channels and timers that would keep this process alive.
  const cleanups = [];
  const { BroadcastChannel, setTimeout } = globalThis;
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      cleanups.push(() => this.close());
    }
  };
  globalThis.setTimeout = (...args) => {
    const timer = setTimeout(...args);
    cleanups.push(() => clearTimeout(timer));
    return timer;
  };
  let loads = 0;
  return {
    dom,
    sandbox,
    async run(address = `${home}/connect`) {
      dom.navigate(address);
      dom.root.innerHTML = html;
      // Another file for each load, because a module runs once.
      await import(pathToFileURL(await project.write(`page-${(loads += 1)}.mjs`, code)));
    },
    consent: (url, decision) => callbackAfterConsent(sandbox, url, decision),
    async close() {
      restore();
      Object.assign(globalThis, { BroadcastChannel, setTimeout });
      for (const cleanUp of cleanups) cleanUp();
      dom.close();
      await project.close();
    },
  };
}

/** Replaces `fetch` and `Request`: resolves paths against the page's address, and sends requests to a gateway, for the user Jessica. */
function serve(sandbox) {
  const { Request, fetch } = globalThis;
  const gateway = createGateway({
    apiKey: "key",
    authenticate: () => "Jessica",
    allow: { operations: ["connect"], apps: ["gmail", "shopify"] },
    redirectOrigins: [home],
    upstream: "https://platform.test",
    fetch: (request) => sandbox.fetch(request),
  });
  globalThis.Request = class extends Request {
    constructor(input, init) {
      super(typeof input === "string" ? new URL(input, location.href) : input, init);
    }
  };
  globalThis.fetch = async (input) => {
    const { pathname, origin, protocol } = new URL(input.url ?? input, location.href);
    // Node cannot fetch a file. The package then loads the module from its inline script.
    if (protocol === "file:") return fetch(input);
    if (origin !== home || !pathname.startsWith("/api/connect/")) throw new Error(`unexpected request to ${origin}${pathname}`);
    return gateway(input);
  };
  return () => Object.assign(globalThis, { Request, fetch });
}

/** Waits until `isDone` returns true, for at most 5 s. */
export async function waitFor(isDone) {
  for (const start = Date.now(); !isDone(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (Date.now() - start > 5_000) throw new Error(`timeout: ${isDone}\n${document.body.innerHTML}`);
  }
}
