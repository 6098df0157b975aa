// Open redirects: the browser's URL parser must read every accepted URL as the client does.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { isConnectError } from "connect-flow";
import { initiateOptions, json, makeClient, memoryStorage } from "../node/client.mjs";

const home = "https://app.test";
const provider = "https://accounts.provider.test";

let left;
beforeEach(() => {
  left = [];
  globalThis.location = { href: `${home}/connect/here`, origin: home, assign: (url) => void left.push(url) };
});
afterEach(() => {
  delete globalThis.location;
});

/** All concatenations of one part from each list. */
const combine = (first, ...rest) => (rest.length ? first.flatMap((part) => combine(...rest).map((more) => part + more)) : first);

const schemes = [
  "https:", "HTTPS:", "hTtPs:", "http:", "javascript:", "JaVaScRiPt:", "data:", "blob:", "file:", "ftp:", "vbscript:", "about:", "intent:", "view-source:",
  "https\t:", "java\nscript:", "\u0001javascript:", " https:", "ｈttps:", "",
];
const slashes = ["//", "\\\\", "/\\", "/", "///", "", "\t//", "/\n/", "%2f%2f"];
const hosts = [
  "accounts.provider.test", "ACCOUNTS.provider.TEST", "accounts.provider.test.", "accounts.provider.test:443", "accounts.provider.test:0443", "accounts.provider.test:8443",
  "evil.test", "accounts.provider.test.evil.test", "accounts.provider.test@evil.test", "user@accounts.provider.test", "evil.test:@accounts.provider.test", "@evil.test",
  "accounts.provider.test%40evil.test", "accounts.provider.test%2fevil.test", "accounts.provider.test\\@evil.test", "accounts.provider.test\t.evil.test", "evil.test\u0000accounts.provider.test",
  // Look-alikes: Cyrillic, full width, dots and slashes of other scripts, letters that IDNA folds or drops, Punycode.
  "аccounts.provider.test", "ａccounts.provider.test", "accounts。provider。test", "evil.test／accounts.provider.test", "accountſ.provider.test", "accounts.pro\u00advider.test", "xn--ccounts-bzf.provider.test",
  "localhost", "localhost:3000", "LOCALHOST", "localhost.evil.test", "x.localhost", "evillocalhost", "127.0.0.1", "127.0.0.1.evil.test", "127.1", "2130706433", "0x7f.1", "0177.0.0.1",
  "[::1]", "[::ffff:127.0.0.1]", "[::1]evil.test", "0", "",
];
const tails = ["", "/", "/a?b#c", "/@evil.test", "?@evil.test", "#@evil.test", "/\\evil.test", "/../..//evil.test", "/%0d%0aset-cookie:x", "/ä", "/ "];

const corpus = [
  ...combine(schemes, slashes, hosts, tails),
  ...["javascript:alert(1)//https://accounts.provider.test/", "data:text/html,https://accounts.provider.test/", "//accounts.provider.test\\.evil.test/", "https:https://evil.test/", "https://accounts.provider.test#\\@evil.test/"],
  `${provider}/${"a".repeat(10_000)}`,
];

/** Calls `redirect`. Returns the URL that the page was sent to, or the error's code. */
function redirect(client, redirectUrl) {
  left.length = 0;
  try {
    client.redirect({ redirectUrl });
  } catch (error) {
    assert.ok(isConnectError(error), `${error}`);
    assert.deepEqual(left, []);
    return { code: error.code };
  }
  // The client trims its options.
  assert.deepEqual(left, [redirectUrl.trim()]);
  return { url: new URL(left[0], location.href) };
}

suite("an open redirect is impossible", () => {
  test("by any spelling of a URL", async () => {
    const client = await makeClient();
    const accepted = corpus.map((text) => redirect(client, text).url).filter(Boolean);
    for (const url of accepted) {
      const isLoopback = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
      assert.ok(url.protocol === "https:" || (url.protocol === "http:" && isLoopback), url.href);
      assert.deepEqual([url.username, url.password], ["", ""], url.href);
    }
    assert.ok(accepted.length > 100, `${accepted.length} of ${corpus.length} URLs were accepted`);
  });

  test("past the client's list of allowed origins, by any spelling of a URL", async () => {
    const client = await makeClient({ providerOrigins: [provider, "http://localhost:3000"] });
    const accepted = corpus.map((text) => redirect(client, text).url).filter(Boolean);
    assert.deepEqual([...new Set(accepted.map(({ origin }) => origin))].sort(), ["http://localhost:3000", provider]);
  });

  test("by an answer of the platform: nothing is stored, and the reserved popup closes", async () => {
    const popup = { closed: false, opener: globalThis, location: { replace: (url) => void left.push(url) }, close: () => void (popup.closed = true) };
    globalThis.open = () => popup;
    try {
      for (const redirectUrl of ["javascript:alert(document.domain)//", "data:text/html,x", "//evil.test/", "https://provider.test@evil.test/", "\\\\evil.test", "h\nttps://evil.test"]) {
        const storage = memoryStorage();
        const answer = { id: "ca_1", status: "INITIATED", redirect_url: redirectUrl };
        const fields = { id: "in_1", auth_scheme: "OAUTH2", is_composio_managed: false, expected_input_fields: [] };
        const fetch = async ({ method }) => json(method === "POST" ? answer : fields);
        const client = await makeClient({ entityId: "Jessica", retry: 0, storage, fetch });
        await assert.rejects(client.initiateConnection(initiateOptions), { code: "redirect_refused" });
        popup.closed = false;
        const flow = client.flow({ integrationId: "in_1", mode: "popup", redirectUrl: `${home}/done` });
        const { state, error } = await flow.submit();
        assert.deepEqual([state, error?.code, popup.closed, left, storage.length], ["failed", "redirect_refused", true, [], 0], redirectUrl);
      }
    } finally {
      delete globalThis.open;
    }
  });

  test("by `returnTo`, opened as it is or rebuilt from its path", async () => {
    const answer = { id: "ca_1", status: "INITIATED", redirect_url: `${provider}/go`, auth_scheme: "OAUTH2", expected_input_fields: [] };
    const client = await makeClient({ entityId: "Jessica", retry: 0, storage: memoryStorage(), fetch: async () => json(answer) });
    const paths = combine(["/", "//", "/\\", "\\", "", "/.", "/..", "/%2e", "/%2E.", "/a/..", "/\t", "/./a/.."], ["", "/", "//", "\\", "/.", "a"], ["evil.test", "@evil.test", "", "#//evil.test", "?//evil.test"]);
    const accepted = [];
    for (const returnTo of [...paths, ...corpus.slice(0, 200), "javascript:alert(1)", "data:text/html,x"]) {
      const isFine = await client.initiateConnection({ ...initiateOptions, returnTo }).then(() => true, ({ code }) => code !== "invalid_argument");
      if (isFine) accepted.push(returnTo);
    }
    assert.deepEqual(client.pending().map(({ returnTo = "" }) => returnTo).sort(), accepted.map((path) => path.trim()).sort());
    for (const returnTo of accepted) {
      const url = new URL(returnTo, location.href);
      const again = new URL(url.pathname + url.search + url.hash, location.href);
      assert.deepEqual([url.origin, again.origin], [home, home], returnTo);
    }
    assert.ok(accepted.length > 10, `${accepted.length} paths were accepted`);
  });
});
