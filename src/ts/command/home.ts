import { readFileSync } from "node:fs";
import { join } from "node:path";
import { html, pageResponse } from "../testing/hosted/html.js";

/** The files of this package that the page loads, with their media types. */
const files: Record<string, string> = {
  "command-page.js": "text/javascript",
  "index.js": "text/javascript",
  "connect_flow.js": "text/javascript",
  "connect_flow_bg.wasm": "application/wasm",
  "connect_flow_inline.js": "text/javascript",
  "connect_flow_js.js": "text/javascript",
};

/** An app in the API's list. */
export interface ListedApp {
  slug: string;
  no_auth?: boolean;
}

/** Answers the sandbox's own page, where an account can be connected, and its files. Undefined for other paths. */
export function answerHome(path: string, apps: readonly ListedApp[], key: string): Response | undefined {
  if (path === "/") return homePage(apps, key);
  const name = path.startsWith("/connect-flow/") ? path.slice("/connect-flow/".length) : "";
  const type = Object.hasOwn(files, name) ? files[name] : undefined;
  if (!type) return undefined;
  return new Response(readFileSync(join(import.meta.dirname, name)), { headers: { "content-type": type, "cache-control": "no-cache" } });
}

function homePage(apps: readonly ListedApp[], key: string): Response {
  const body = html`
<p>This page connects an account at this sandbox with connect-flow.</p>
<form data-key="${key}" autocomplete="off" novalidate>
<label>App <select>${apps.map(({ slug, no_auth }) => html`<option${no_auth && html` data-no-auth`}>${slug}</option>`)}</select></label>
<div id="fields"></div>
<button disabled>Connect</button>
</form>
<p id="status" role="status"></p>
<noscript><p class="bad">This page needs JavaScript. The sandbox's other pages do not.</p></noscript>
<script type="module" src="/connect-flow/command-page.js"></script>`;
  return pageResponse(200, "Connect an account", body, "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'");
}
