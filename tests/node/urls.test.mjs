import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { fakePlatform, makeClient } from "./client.mjs";

const data = JSON.parse(readFileSync(new URL("../data/urls.json", import.meta.url), "utf8"));

const toHttps = (text) => text?.replaceAll("http:", "https:");

/** `[input, base]` as in the list, where most use `http:`, and once more with `https:`. */
const urls = [...data.urls, ...data.urls.map(([input, base]) => [toHttps(input), toHttps(base)])];

function parse(input, base) {
  try {
    return new URL(input, base ?? undefined);
  } catch {
    return undefined;
  }
}

/** The valid URLs of the list, parsed. */
const parsed = urls.map(([input, base]) => parse(input, base)).filter(Boolean);

const isLoopback = ({ hostname }) => /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

const isSafe = (url) =>
  (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) && !url.username && !url.password;

/** The module is stricter than a browser: no backslash, and only letters, digits, `.`, `-` and `_` in a host name. */
const isPlain = ({ href, hostname }) => !href.includes("\\") && /^(\[[\da-f:]+\]|[\w.-]+)$/.test(hostname);

const isAccepted = (url) => isSafe(url) && isPlain(url);

suite("the URLs of web-platform-tests", () => {
  const assigned = [];
  let isRedirected;
  before(async () => {
    globalThis.location = { href: "https://app.test/", origin: "https://app.test", assign: (url) => assigned.push(url) };
    isRedirected = (client, redirectUrl) => {
      try {
        client.redirect({ redirectUrl });
      } catch (error) {
        assert.equal(error.code, "redirect_refused");
        return false;
      }
      assert.equal(assigned.pop(), redirectUrl);
      return true;
    };
  });
  after(() => delete globalThis.location);

  test("cover more than 1,400 inputs and 150 accepted URLs", () => {
    assert.ok(urls.length > 1_400 && parsed.length > 900, `${urls.length} ${parsed.length}`);
    assert.ok(parsed.filter(isAccepted).length > 150, `${parsed.filter(isAccepted).length}`);
  });

  test("redirect accepts no input that the browser's parser finds unsafe", async () => {
    const client = await makeClient(fakePlatform().options);
    let redirected = 0;
    for (const [input, base] of urls) {
      if (!isRedirected(client, input)) continue;
      redirected++;
      for (const against of [base, "https://app.test/", "http://evil.test/"]) {
        const url = parse(input, against);
        // A browser rejects invalid Punycode; the module has no tables to check it.
        assert.ok(url ? isSafe(url) : /xn--/i.test(input), `${input} redirects to ${url}`);
      }
    }
    assert.ok(redirected > 30, `${redirected}`);
  });

  test("redirect accepts a normalised URL exactly if it is safe", async () => {
    const client = await makeClient(fakePlatform().options);
    for (const { href } of parsed) {
      assert.equal(isRedirected(client, href), isAccepted(new URL(href)), href);
    }
  });

  test("redirect accepts only origins in providerOrigins", async () => {
    const origins = [...new Set(parsed.filter(isAccepted).map(({ origin }) => origin))];
    const listed = origins.filter((_, n) => n % 2);
    const client = await makeClient({ ...fakePlatform().options, providerOrigins: listed });
    for (const { href, origin } of parsed.filter(isAccepted)) {
      assert.equal(isRedirected(client, href), listed.includes(origin), href);
    }
    for (const [input] of urls) {
      if (isRedirected(client, input)) assert.ok(listed.includes(parse(input)?.origin), input);
    }
  });

  test("parseCallback reads the parameters that URLSearchParams reads", async () => {
    const client = await makeClient(fakePlatform().options);
    const parameters = "cf_flow=0123456789abcdef0123456789abcdef&Connected_Account_Id=%61+b%20%C3%A9%ff%zz&status=SUCCESS";
    for (const url of parsed) {
      assert.equal(client.parseCallback(url.href), null, url.href);
      const returned = new URL(url);
      returned.search = returned.search ? `${returned.search}&${parameters}` : parameters;
      const { searchParams, href } = returned;
      if (!searchParams.has("cf_flow")) continue;
      assert.deepEqual(
        client.parseCallback(href),
        { flowId: searchParams.get("cf_flow"), connectedAccountId: searchParams.get("Connected_Account_Id"), outcome: "success" },
        href,
      );
    }
  });
});
