// Where a page may be sent, held against the URL parser of each engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";

const { urls } = JSON.parse(readFileSync(new URL("../data/urls.json", import.meta.url), "utf8"));
const scenario = scenarios();

/** Hosts whose Punycode stands for nothing: we take them, having no tables, as does Chromium, which asks the network for them. */
const wrong = ["https://xn--/", "https://xn--a/", "https://xn--0.example:8443/", "https://XN--ZZZZ-.example/?state=s3cret"];

scenario("the URLs of web-platform-tests are accepted where this engine finds them safe", async ({ browser, platform }) => {
  const page = await openModulePage(browser, platform);
  try {
    const seen = JSON.parse(await browser.execute(judge, [...urls, ...wrong.map((url) => [url, null])]));
    assert.deepEqual(seen.complaints, []);
    assert.ok(seen.accepted > 30 && seen.safe > 150, JSON.stringify(seen));
  } finally {
    await page.close();
  }
});

/** Runs in a page. A platform answers with each URL: the client refuses it, or hands it out to go to. */
async function judge(given) {
  let redirectUrl;
  const integration = { id: "in_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, expected_input_fields: [] };
  const fetch = async ({ method }) =>
    new Response(JSON.stringify(method === "GET" ? integration : { connected_account_id: "ca_1", redirect_url: redirectUrl }));
  const storage = { getItem: () => null, setItem() {}, removeItem() {}, key: () => null, length: 0 };
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "e", fetch, storage });
  // So that each URL takes one request.
  await client.getExpectedParamsForUser({ integrationId: "in_1" });
  const judged = new Map();
  const isAccepted = async (url) => {
    if (!judged.has(url)) judged.set(url, await ask(url));
    return judged.get(url);
  };
  const ask = async (url) => {
    redirectUrl = url;
    try {
      const request = await client.initiateConnection({ integrationId: "in_1", redirectUrl: "https://app.test/" });
      return request.redirectUrl === url;
    } catch (error) {
      // White space and nothing at all are no address.
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
  // Stricter than a browser on purpose.
  const isPlain = ({ href, hostname }) => !href.includes("\\") && /^(\[[\da-f:]+\]|[\w.-]+)$/.test(hostname);
  const complaints = [];
  let [accepted, safe] = [0, 0];
  const encrypted = (text) => text?.replaceAll("http:", "https:");
  for (const [input, base] of [...given, ...given.map((pair) => pair.map(encrypted))]) {
    const url = parse(input, base);
    if (await isAccepted(input)) {
      accepted++;
      if (url ? !isSafe(url) : !/xn--/i.test(input)) complaints.push(`${input} is sent to ${url}`);
    }
    if (!url) continue;
    const isRight = isSafe(url) && isPlain(url);
    if ((await isAccepted(url.href)) !== isRight) complaints.push(`${url.href} should be ${isRight ? "accepted" : "refused"}`);
    safe += isRight;
  }
  return JSON.stringify({ complaints, accepted, safe });
}

for (const mode of ["redirect", "popup"]) {
  scenario(`a host whose Punycode is wrong is to this engine that very host, or ends a flow by ${mode} with an error that does not repeat it`, async ({ browser, platform }) => {
    const page = await openModulePage(browser, platform);
    try {
      for (const url of wrong) {
        const host = await browser.execute(prepare, mode, url);
        if (host !== null) {
          assert.equal(host, url.toLowerCase().split("/")[2]);
          continue;
        }
        // A popup is opened in a click only.
        await browser.$("button").click();
        await browser.waitUntil(() => browser.execute(() => globalThis.seen !== undefined), { interval: 40 });
        const seen = await browser.execute(() => globalThis.seen);
        assert.deepEqual(seen, { state: "failed", code: "redirect_refused", told: [], pending: [], isPopupLeft: false }, url);
      }
      assert.equal(await browser.getUrl(), page.url);
    } finally {
      await page.close();
    }
  });
}

/** Runs in a page: puts a button there that connects. The host that the URL has to this engine; null where it is none. */
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
    const told = texts.filter((text) => /xn--|s3cret/i.test(text));
    globalThis.seen = { state, code: error?.code, told, pending: client.pending(), isPopupLeft: Boolean(popup && !popup.closed) };
  };
  globalThis.seen = undefined;
  document.body.replaceChildren(button);
  try {
    return new URL(redirectUrl).host;
  } catch {
    return null;
  }
}
