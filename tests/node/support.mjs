import { createSandbox } from "connect-flow/testing";

/** Where the sandbox is said to be, and when. */
export const origin = "https://platform.example";
export const startMs = Date.parse("2026-01-16T10:00:00.000Z");
export const minuteMs = 60_000;

/** The integrations that a sandbox starts with. */
export const seeded = {
  gmail: { id: "ac_Gmail0000001" },
  shopify: { id: "ac_Shopify00002" },
  zendesk: { id: "ac_Zendesk00003" },
  zendeskOff: { id: "ac_Zendesk00030" },
  firecrawl: { id: "ac_Firecrawl004" },
  firecrawlNewer: { id: "ac_Firecrawl040" },
  firecrawlDeleted: { id: "ac_Firecrawl041" },
  acmeTickets: { id: "ac_AcmeTicket05" },
  ownCrm: { id: "ac_OwnCrm000007" },
  posthog: { id: "ac_Posthog00008" },
};

/** A sandbox with its clock at `startMs`, and short ways to ask it. Answers are `{ status, headers, body }`. */
export function openSandbox(options) {
  const sandbox = createSandbox({ now: () => startMs, ...options });
  const send = async (method, path, init = {}) => {
    const headers = { "x-api-key": "sandbox-key", ...init.headers };
    for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name];
    const response = await sandbox.fetch(new Request(origin + path, { ...init, method, headers }));
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  const withBody = (method) => (path, body, headers) =>
    send(method, path, { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
  return {
    sandbox,
    send,
    get: (path, headers) => send("GET", path, { headers }),
    delete: (path) => send("DELETE", path),
    post: withBody("POST"),
    patch: withBody("PATCH"),
  };
}

/** A browser that asks the sandbox and ends its journey at the app. */
export function browse({ sandbox }, home = "https://app.example") {
  return new Browser({ send: (request) => sandbox.fetch(request), home });
}

/** Goes to a connection's address and answers the built-in authorization server's question; answers where that led. */
export async function answerConsent(platform, url, decision = "allow") {
  const browser = browse(platform);
  return browser.submit(await browser.visit(url), { decision });
}

/** An ACTIVE account of an OAuth app, as `sandbox.accounts()` has it; begun with `POST …/link`. */
export async function connect(platform, app = "gmail", user_id = "Jessica") {
  const { body } = await platform.post("/api/v3.1/connected_accounts/link", { auth_config_id: seeded[app].id, user_id });
  await answerConsent(platform, body.redirect_url);
  return platform.sandbox.accounts().at(-1);
}

/** As much of a browser as a redirect chain needs: cookies, redirects and forms. */
export class Browser {
  #cookies = new Map();
  /** Every redirect on the way, `{ url, status, headers }`. */
  hops = [];

  /**
   * @param send how requests leave; must not follow redirects.
   * @param home origin of the app: where it is reached the journey ends, without a request.
   */
  constructor({ send = (request) => fetch(request, { redirect: "manual" }), home }) {
    this.send = send;
    this.home = home;
  }

  /** Goes to an address and on to where it leads. Answers `{ url, status, headers, text }`, at home only `{ url }`. */
  async visit(address, init = {}) {
    const url = new URL(address);
    if (url.origin === this.home) return { url };
    const headers = new Headers({ accept: "text/html", ...init.headers });
    const cookie = this.#cookiesFor(url);
    if (cookie) headers.set("cookie", cookie);
    const response = await this.send(new Request(url, { ...init, headers }));
    for (const line of response.headers.getSetCookie()) this.#store(url, line);
    const text = await response.text();
    const location = response.headers.get("location");
    if (!location) return { url, status: response.status, headers: response.headers, text };
    this.hops.push({ url, status: response.status, headers: response.headers });
    return this.visit(new URL(location, url));
  }

  /** Sends the form of a page with these values. */
  submit(page, values) {
    const action = page.text.match(/<form[^>]* action="([^"]*)"/)?.[1] ?? "";
    const body = new URLSearchParams(values).toString();
    return this.visit(new URL(action, page.url), {
      method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  }

  #store(url, line) {
    const [pair, ...attributes] = line.split(/;\s*/);
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const of = (key) => attributes.find((text) => text.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const path = of("path") ?? "/";
    const key = `${url.hostname} ${path} ${name}`;
    if (of("max-age") === "0" || Date.parse(of("expires")) < Date.now()) this.#cookies.delete(key);
    else this.#cookies.set(key, { hostname: url.hostname, path, text: `${name}=${value}` });
  }

  #cookiesFor(url) {
    const isUnder = (path) => url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    return [...this.#cookies.values()]
      .filter(({ hostname, path }) => hostname === url.hostname && isUnder(path))
      .map(({ text }) => text).join("; ");
  }
}
