import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { createSandbox } from "connect-flow/testing";
import { blocksOf, openProject } from "./code-blocks.mjs";
import { openDom } from "./dom.mjs";
import { Browser } from "./browser.mjs";

export const home = "https://app.test";

/**
 * The page of a guide: its HTML in a page, behind which a gateway adds the key of a sandbox platform.
 * @returns `{ dom, sandbox, run, consent, close }`
 * - `run(address)`: loads the page at an address, as its user does; ends when its script has.
 * - `consent(url, decision)`: what the user does at the provider; gives the address where that leads.
 */
export async function openGuide(document) {
  const blocks = blocksOf(document);
  const html = blocks.find(({ language }) => language === "html").code;
  const { code } = await transform(blocks.find(({ language }) => language === "ts").code, { loader: "ts", target: "es2022" });
  const [project, sandbox] = [await openProject(), createSandbox({ apiKey: "key" })];
  const dom = openDom(`${home}/connect`);
  const restore = serve(sandbox);
  // What a closed page leaves behind, and this process would wait for.
  const left = [];
  const { BroadcastChannel, setTimeout } = globalThis;
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      left.push(() => this.close());
    }
  };
  globalThis.setTimeout = (...args) => {
    const timer = setTimeout(...args);
    left.push(() => clearTimeout(timer));
    return timer;
  };
  let loads = 0;
  return {
    dom,
    sandbox,
    async run(address = `${home}/connect`) {
      dom.navigate(address);
      dom.root.innerHTML = html;
      // A module runs once; each load of the page is one of its own.
      await import(pathToFileURL(await project.write(`page-${(loads += 1)}.mjs`, code)));
    },
    async consent(url, decision = "allow") {
      const browser = new Browser({ send: (request) => sandbox.fetch(request), stopAt: home });
      return (await browser.submit(await browser.visit(url), { decision })).url.href;
    },
    async close() {
      restore();
      Object.assign(globalThis, { BroadcastChannel, setTimeout });
      for (const end of left) end();
      dom.close();
      await project.close();
    },
  };
}

/** Has the page's requests answered by the sandbox. Paths are the page's, which Node does not know. */
function serve(sandbox) {
  const { Request, fetch } = globalThis;
  globalThis.Request = class extends Request {
    constructor(input, init) {
      super(typeof input === "string" ? new URL(input, location.href) : input, init);
    }
  };
  globalThis.fetch = async (input) => {
    const { pathname, search, origin, protocol } = new URL(input.url ?? input, location.href);
    // Node has no way to fetch it; the package then takes the module from its script.
    if (protocol === "file:") return fetch(input);
    if (origin !== home || !pathname.startsWith("/api/connect/")) throw new Error(`the page asks ${origin}${pathname}`);
    const { method, headers } = input;
    const body = method === "GET" ? undefined : await input.text();
    const asked = { method, body, headers: { ...Object.fromEntries(headers), "x-api-key": "key" } };
    return sandbox.fetch(new Request(`https://platform.test${pathname.slice("/api/connect".length)}${search}`, asked));
  };
  return () => Object.assign(globalThis, { Request, fetch });
}

/** Waits until something is so, for at most 5 s. */
export async function waitFor(isIt) {
  for (const start = Date.now(); !isIt(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (Date.now() - start > 5_000) throw new Error(`it is not: ${isIt}\n${document.body.innerHTML}`);
  }
}
