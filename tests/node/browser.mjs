/** The part of a browser that a chain of redirects needs: cookies, redirects and forms. */
export class Browser {
  #cookies = new Map();
  /** Every redirect that was followed: `{ url, status, headers }`. */
  hops = [];

  /**
   * @param send sends a request without following redirects.
   * @param stopAt origin at which the journey ends, without a request to it.
   */
  constructor({ send = (request) => fetch(request, { redirect: "manual" }), stopAt } = {}) {
    this.send = send;
    this.stopAt = stopAt;
  }

  /** Opens an address and follows its redirects. Returns the last page: `{ url, status, headers, text }`, or `{ url }` at `stopAt`. */
  async visit(address, init = {}) {
    const url = new URL(address);
    if (url.origin === this.stopAt) return { url };
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

  /** Submits the form of a page with these values. Returns the page that follows, as `visit` does. */
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
    const attribute = (key) => attributes.find((text) => text.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const path = attribute("path") ?? "/";
    const key = `${url.hostname} ${path} ${name}`;
    if (attribute("max-age") === "0" || Date.parse(attribute("expires")) < Date.now()) this.#cookies.delete(key);
    else this.#cookies.set(key, { hostname: url.hostname, path, text: `${name}=${value}` });
  }

  #cookiesFor(url) {
    const isUnder = (path) => url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    return [...this.#cookies.values()]
      .filter(({ hostname, path }) => hostname === url.hostname && isUnder(path))
      .map(({ text }) => text).join("; ");
  }
}

/** A browser whose requests the sandbox answers, and whose journey ends at the app. */
export const openBrowser = (sandbox, stopAt = "https://app.test") => new Browser({ send: (request) => sandbox.fetch(request), stopAt });

/** Follows a redirect URL of the sandbox and answers its consent page. Returns the page that follows. */
export async function answerConsent(sandbox, redirectUrl, decision = "allow", browser = openBrowser(sandbox)) {
  return browser.submit(await browser.visit(redirectUrl), { decision });
}

/** As {@link answerConsent}, but returns the callback URL that the user arrives at. */
export const callbackAfterConsent = async (sandbox, redirectUrl, decision) => (await answerConsent(sandbox, redirectUrl, decision)).url.href;
