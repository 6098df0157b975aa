// Compares the client's rules for redirect URLs with the URL parser of each engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { click } from "./support/hands.mjs";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";

const { urls } = JSON.parse(readFileSync(new URL("../data/urls.json", import.meta.url), "utf8"));
const scenario = scenarios();

/** Hosts with invalid Punycode. The client has no IDNA tables and accepts them, as Chromium does, which looks them up. */
const invalidPunycode = ["https://xn--/", "https://xn--a/", "https://xn--0.example:8443/", "https://XN--ZZZZ-.example/?state=s3cret"];

scenario("a URL of web-platform-tests is accepted if and only if this engine finds it safe", async ({ browser, platform }) => {
  const page = await openModulePage(browser, platform);
  try {
    const seen = JSON.parse(await browser.execute(compare, [...urls, ...invalidPunycode.map((url) => [url, null])]));
    assert.deepEqual(seen.complaints, []);
    assert.ok(seen.accepted > 30 && seen.safe > 150, JSON.stringify(seen));
  } finally {
    await page.close();
  }
});

/** Runs in a page. The platform answers with each URL as `redirect_url`, and the client accepts or refuses it. */
async function compare(given) {
  let redirectUrl;
  const integration = { id: "in_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, expected_input_fields: [] };
  const fetch = async ({ method }) =>
    new Response(JSON.stringify(method === "GET" ? integration : { connected_account_id: "ca_1", redirect_url: redirectUrl }));
  const storage = { getItem: () => null, setItem() {}, removeItem() {}, key: () => null, length: 0 };
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "e", fetch, storage });
  // The fields are cached from here on, so that each URL takes one request.
  await client.getExpectedParamsForUser({ integrationId: "in_1" });
  const verdicts = new Map();
  const isAccepted = async (url) => {
    if (!verdicts.has(url)) verdicts.set(url, await initiate(url));
    return verdicts.get(url);
  };
  const initiate = async (url) => {
    redirectUrl = url;
    try {
      const request = await client.initiateConnection({ integrationId: "in_1", redirectUrl: "https://app.test/" });
      return request.redirectUrl === url;
    } catch (error) {
      // An empty or blank URL makes the answer invalid.
      if (error.code !== "redirect_refused" && error.code !== "response_invalid") complaints.push(`${url}: ${error.code}`);
      return false;
    }
  };
  const parse = (url, base) => {
    try {
      return new URL(url, base ?? undefined);
    } catch {
      return undefined;
    }
  };
  const isSafe = ({ protocol, hostname, username, password }) => {
    const isLoopback = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
    return (protocol === "https:" || (protocol === "http:" && isLoopback)) && !username && !password;
  };
  // The client refuses backslashes and unusual hosts, which browsers accept.
  const isPlain = ({ href, hostname }) => !href.includes("\\") && /^(\[[\da-f:]+\]|[\w.-]+)$/.test(hostname);
  const complaints = [];
  let [accepted, safe] = [0, 0];
  const asHttps = (text) => text?.replaceAll("http:", "https:");
  for (const [input, base] of [...given, ...given.map((pair) => pair.map(asHttps))]) {
    const url = parse(input, base);
    if (await isAccepted(input)) {
      accepted++;
      if (url ? !isSafe(url) : !/xn--/i.test(input)) complaints.push(`${input} was accepted and leads to ${url}`);
    }
    if (!url) continue;
    const isRight = isSafe(url) && isPlain(url);
    if ((await isAccepted(url.href)) !== isRight) complaints.push(`${url.href} should be ${isRight ? "accepted" : "refused"}`);
    safe += isRight;
  }
  return JSON.stringify({ complaints, accepted, safe });
}

for (const mode of ["redirect", "popup"]) {
  scenario(`a host with invalid Punycode is the same host in this engine, or ends a ${mode} flow with an error that does not contain it`, async ({ browser, platform }) => {
    const page = await openModulePage(browser, platform);
    try {
      for (const url of invalidPunycode) {
        const host = await browser.execute(prepare, mode, url);
        if (host !== null) {
          assert.equal(host, url.toLowerCase().split("/")[2]);
          continue;
        }
        // A popup needs a user gesture.
        await click(browser, "button");
        await browser.waitUntil(() => browser.execute(() => globalThis.seen !== undefined), { interval: 40 });
        const seen = await browser.execute(() => globalThis.seen);
        assert.deepEqual(seen, { state: "failed", code: "redirect_refused", leaks: [], pending: [], isPopupOpen: false }, url);
      }
      assert.equal(await browser.getUrl(), page.url);
    } finally {
      await page.close();
    }
  });
}

/** Runs in a page: adds a button that connects. Returns the URL's host in this engine, or null if it cannot be parsed. */
async function prepare(mode, redirectUrl) {
  const bodies = {
    POST: { connected_account_id: "ca_1", redirect_url: redirectUrl },
    GET: {
      id: "in_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, status: "ENABLED", expected_input_fields: [],
      slug: "gmail", auth_config_details: [{ mode: "OAUTH2", fields: { connected_account_initiation: { required: [], optional: [] } } }],
    },
  };
  const fetch = async ({ method }) => new Response(JSON.stringify(bodies[method]));
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "e", fetch });
  let popup;
  const { open } = window;
  const flow = client.flow({ integrationId: "in_1", mode, redirectUrl: "https://app.test/" });
  await flow.load();
  const button = document.createElement("button");
  button.append("Connect");
  button.onclick = async () => {
    window.open = (...values) => (popup = open.apply(window, values));
    const { state, error } = await flow.submit();
    window.open = open;
    const texts = [error?.message, error?.stack, String(error?.cause), JSON.stringify(client.trace())];
    const leaks = texts.filter((text) => /xn--|s3cret/i.test(text));
    globalThis.seen = { state, code: error?.code, leaks, pending: client.pending(), isPopupOpen: Boolean(popup && !popup.closed) };
  };
  globalThis.seen = undefined;
  document.body.replaceChildren(button);
  try {
    return new URL(redirectUrl).host;
  } catch {
    return null;
  }
}
