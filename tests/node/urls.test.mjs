import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { fakePlatform, makeClient } from "./client.mjs";

const data = JSON.parse(readFileSync(new URL("../data/urls.json", import.meta.url), "utf8"));

const encrypted = (text) => text?.replaceAll("http:", "https:");

/** Inputs and what they are relative to: as they are, most of them by `http:`, and by `https:`. */
const urls = [...data.urls, ...data.urls.map(([input, base]) => [encrypted(input), encrypted(base)])];

function parse(input, base) {
  try {
    return new URL(input, base ?? undefined);
  } catch {
    return undefined;
  }
}

/** The URLs of the list as a browser writes them. */
const parsed = urls.map(([input, base]) => parse(input, base)).filter(Boolean);

const isLoopback = ({ hostname }) => /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

const isSafe = (url) =>
  (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) && !url.username && !url.password;

/** The module is stricter than a browser on purpose: no backslash anywhere, and hosts of letters, digits, `.`, `-` and `_`. */
const isPlain = ({ href, hostname }) => !href.includes("\\") && /^(\[[\da-f:]+\]|[\w.-]+)$/.test(hostname);

const isRight = (url) => isSafe(url) && isPlain(url);

suite("the URLs of web-platform-tests", () => {
  const assigned = [];
  let isSent;
  before(async () => {
    globalThis.location = { href: "https://app.test/", origin: "https://app.test", assign: (url) => assigned.push(url) };
    isSent = (client, redirectUrl) => {
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

  test("are many", () => {
    assert.ok(urls.length > 1_400 && parsed.length > 900, `${urls.length} ${parsed.length}`);
    assert.ok(parsed.filter(isRight).length > 150, `${parsed.filter(isRight).length}`);
  });

  test("send the page only where the browser's own parser says that it is safe", async () => {
    const client = await makeClient(fakePlatform().options);
    let sent = 0;
    for (const [input, base] of urls) {
      if (!isSent(client, input)) continue;
      sent++;
      for (const against of [base, "https://app.test/", "http://evil.test/"]) {
        const url = parse(input, against);
        // Where Punycode is wrong a browser goes nowhere; the module has no tables to tell.
        assert.ok(url ? isSafe(url) : /xn--/i.test(input), `${input} is sent to ${url}`);
      }
    }
    assert.ok(sent > 30, `${sent}`);
  });

  test("as the browser writes them send the page exactly where it is safe", async () => {
    const client = await makeClient(fakePlatform().options);
    for (const { href } of parsed) {
      assert.equal(isSent(client, href), isRight(new URL(href)), href);
    }
  });

  test("send the page only to the origins that are listed", async () => {
    const origins = [...new Set(parsed.filter(isRight).map(({ origin }) => origin))];
    const listed = origins.filter((_, n) => n % 2);
    const client = await makeClient({ ...fakePlatform().options, redirectOrigins: listed });
    for (const { href, origin } of parsed.filter(isRight)) {
      assert.equal(isSent(client, href), listed.includes(origin), href);
    }
    for (const [input] of urls) {
      if (isSent(client, input)) assert.ok(listed.includes(parse(input)?.origin), input);
    }
  });

  test("as callbacks say what the browser's own parser reads in them", async () => {
    const client = await makeClient(fakePlatform().options);
    const said = "cf_flow=0123456789abcdef0123456789abcdef&Connected_Account_Id=%61+b%20%C3%A9%ff%zz&status=SUCCESS";
    for (const url of parsed) {
      assert.equal(client.parseCallback(url.href), null, url.href);
      const returned = new URL(url);
      returned.search = returned.search ? `${returned.search}&${said}` : said;
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
