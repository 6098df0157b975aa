// The parameters of app and platform in the address of a page, and which pages users can return to.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { json, makeClient, memoryStorage } from "./client.mjs";
import { closePage, openPage } from "./fake-page.mjs";

const origin = "https://app.test";
const integration = { id: "ac_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, status: "ENABLED", expected_input_fields: [] };

let page;
beforeEach(() => {
  page = openPage(`${origin}/`);
});
afterEach(() => {
  closePage();
  delete globalThis.parent;
});

/** A platform whose accounts are ACTIVE from the first status check. */
function recordingPlatform({ scheme = "OAUTH2" } = {}) {
  const bodies = [];
  const asked = [];
  const fetch = async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    if (request.method === "POST") {
      bodies.push(await request.clone().json());
      return pathname.endsWith("/link")
        ? json({ connected_account_id: "ca_1", redirect_url: "https://auth.test/go" }, 201)
        : json({ id: "ca_1", connectionData: { authScheme: scheme, val: { status: "ACTIVE" } }, status: "ACTIVE" }, 201);
    }
    if (/connected_accounts\//.test(pathname)) return json({ id: "ca_1", status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" });
    if (/toolkits\//.test(pathname)) {
      const fields = { connected_account_initiation: { required: [], optional: [] } };
      return json({ slug: "gmail", name: "Gmail", auth_config_details: [{ name: "x", mode: scheme, fields }] });
    }
    const configured = { ...integration, auth_scheme: scheme, is_composio_managed: scheme === "OAUTH2" };
    return json(/auth_configs\//.test(pathname) ? configured : { items: [configured] });
  };
  const callbackUrlSent = () => bodies.map((body) => body.callback_url ?? body.connection?.callback_url).at(-1);
  return { asked, bodies, callbackUrlSent, options: { entityId: "Jessica", retry: 0, fetch, storage: memoryStorage() } };
}

/** The parameters that platforms append to a callback URL. */
const dialects = [
  "status=success&connected_account_id=ca_1",
  "status=success&connectedAccountId=ca_1&appName=gmail",
  "connectionStatus=ACTIVE&connectedAccountId=ca_1",
  "status=success&connection_id=ca_1&toolkit=gmail&message=done",
];

const ownPaths = [
  "/orders?status=open&id=7", "/orders?id=7&status=success#list", "/?error=none&message=hi&reason=%20x", "/shop?toolkit=drill&appName=crm",
  "/deals?connectionId=9&code=1&state=2", "/x?status=open&status=closed", "/#/orders?status=open",
];

suite("a parameter of the app", () => {
  for (const path of ownPaths) {
    test(`${path}: is not read as a callback, and is unchanged after one in every dialect`, async () => {
      for (const dialect of dialects) {
        const { asked, options, callbackUrlSent } = recordingPlatform();
        const client = await makeClient(options);
        page = openPage(origin + path);
        assert.equal(await client.completeConnection(), null);
        assert.equal(client.parseCallback(), null);
        const flow = client.flow({ app: "gmail", mode: "redirect" });
        assert.equal((await flow.load()).state, "ready");
        flow.dispose();
        assert.equal(asked.filter((request) => /connected_accounts\//.test(request)).length, 0);
        await client.initiateConnection({ app: "gmail" });
        const bound = new URL(callbackUrlSent());
        const before = bound.href.replace(/[?&]cf_flow=\w+/, "");
        assert.equal(before, origin + path, "unchanged in the callback URL");
        bound.search += `&${dialect}`;
        page = openPage(bound.href);
        const done = await client.completeConnection();
        assert.equal(done.connectedAccountId, "ca_1");
        assert.equal(page.location.href, origin + path, "unchanged after the callback");
        assert.equal(await client.completeConnection(), null);
      }
    });

    test(`${path}: is unchanged after a flow has completed the callback`, async () => {
      const { options, callbackUrlSent } = recordingPlatform();
      const client = await makeClient(options);
      page = openPage(origin + path);
      await client.initiateConnection({ app: "gmail" });
      const bound = new URL(callbackUrlSent());
      bound.search += `&${dialects[0]}`;
      page = openPage(bound.href);
      assert.equal((await client.flow({ app: "gmail" }).load()).state, "connected");
      assert.equal(page.location.href, origin + path);
    });
  }

  test("is not read as an error of the platform", async () => {
    const { options, callbackUrlSent } = recordingPlatform();
    const client = await makeClient({ ...options, redirectUrl: "/done?error=x&status=failed" });
    await client.initiateConnection({ app: "gmail" });
    page = openPage(`${callbackUrlSent()}&status=success&connected_account_id=ca_1`);
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
    assert.equal(page.location.href, `${origin}/done?error=x&status=failed`);
    await client.initiateConnection({ app: "gmail" });
    page = openPage(`${callbackUrlSent()}&status=failed&error=access_denied`);
    await assert.rejects(client.completeConnection(), { code: "access_denied" });
  });

  test("is restored if the platform has overwritten it", async () => {
    for (const path of ["/orders?status=open&id=7", "/x?status=open&status=closed&status=open&id=7", "/y?id=1&connected_account_id=x&connected_account_id=y#list"]) {
      const { options, callbackUrlSent } = recordingPlatform();
      const client = await makeClient(options);
      await client.initiateConnection({ app: "gmail", redirectUrl: origin + path });
      const url = new URL(callbackUrlSent());
      url.searchParams.set("status", "success");
      url.searchParams.set("connected_account_id", "ca_1");
      page = openPage(url.href);
      assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
      assert.equal(page.location.href, origin + path);
    }
  });

  test("is kept if the platform drops cf_flow", async () => {
    const { options, callbackUrlSent } = recordingPlatform();
    const client = await makeClient(options);
    page = openPage(`${origin}/orders?status=open`);
    await client.initiateConnection({ app: "gmail" });
    page = openPage(`${callbackUrlSent().replace(/&cf_flow=\w+/, "")}&status=success&connected_account_id=ca_1`);
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
    assert.equal(page.location.href, `${origin}/orders?status=open`);
  });

  test("that names an unknown account makes no callback", async () => {
    const client = await makeClient(recordingPlatform().options);
    for (const path of ["/?status=success&connected_account_id=ca_9", "/?connectionId=9&error=x"]) {
      page = openPage(origin + path);
      assert.equal(await client.completeConnection(), null);
      assert.equal(page.location.href, origin + path);
    }
  });
});

suite("a page that is not on http or https", () => {
  const pages = ["file:///C:/app/index.html", "capacitor://localhost/", "exp://192.168.0.2:8081/", "chrome-extension://abcdef/popup.html", "about:srcdoc",
    "about:blank", "ionic://localhost/x", "data:text/html,x", "blob:https://app.test/1"];

  test("cannot be a callback URL: the error names redirectUrl, and no account is created", async () => {
    for (const href of pages) {
      const { bodies, options } = recordingPlatform();
      const client = await makeClient(options);
      page = openPage(href);
      for (const redirectUrl of [undefined, "/done"]) {
        const refused = ({ code, message, issues }) => code === "invalid_argument" && issues[0].field === "redirectUrl" && /`redirectUrl`.*https:/.test(message);
        if (href.startsWith("blob:") && redirectUrl) continue;
        await assert.rejects(client.initiateConnection({ app: "gmail", redirectUrl }), refused, href);
        await assert.rejects(client.connectedAccounts.refresh({ connectedAccountId: "ca_1", redirectUrl }), refused, href);
        const flow = client.flow({ app: "gmail", mode: "redirect", redirectUrl });
        await flow.load();
        assert.equal((await flow.submit()).error.code, "invalid_argument", href);
      }
      assert.deepEqual(bodies, []);
    }
  });

  test("can connect with a redirectUrl, and without one if no redirect is needed", async () => {
    for (const href of pages) {
      const { options, callbackUrlSent } = recordingPlatform();
      const client = await makeClient(options);
      page = openPage(href);
      await client.initiateConnection({ app: "gmail", redirectUrl: "https://app.test/done" });
      assert.match(callbackUrlSent(), /^https:\/\/app\.test\/done\?cf_flow=/);
      const keys = recordingPlatform({ scheme: "API_KEY" });
      const second = await makeClient(keys.options);
      const { connectionStatus } = await second.initiateConnection({ app: "gmail" });
      assert.deepEqual([connectionStatus, keys.callbackUrlSent()], ["ACTIVE", undefined]);
    }
  });
});

test("redirectUrl, redirect and providerOrigins take only http and https URLs", async () => {
  const client = await makeClient({ ...recordingPlatform().options, providerOrigins: ["https://app.test"] });
  for (const url of ["blob:https://app.test/x", "data:text/html,x", "javascript:alert(1)", "filesystem:https://app.test/temporary/x", "view-source:https://app.test/",
    "ws://app.test/", "ftp://app.test/", "file:///etc/passwd", "about:blank", "https:app.test", "https:/app.test", "//app.test/"]) {
    await assert.rejects(client.initiateConnection({ app: "gmail", redirectUrl: url }), { code: "invalid_argument" }, url);
    assert.throws(() => client.redirect({ redirectUrl: url }), { code: "redirect_refused" }, url);
    await assert.rejects(makeClient({ providerOrigins: [url] }), { code: "invalid_argument" }, url);
  }
  assert.deepEqual(page.assigned, []);
});

test("redirect allows http for loopback only", async () => {
  const client = await makeClient(recordingPlatform().options);
  for (const host of ["192.168.0.7", "10.0.0.2:8080", "dev.local", "laptop", "169.254.1.1", "[fe80::1]"]) {
    assert.throws(() => client.redirect({ redirectUrl: `http://${host}/` }), { code: "redirect_refused" }, host);
  }
  client.redirect({ redirectUrl: "http://localhost:3000/" });
  assert.deepEqual(page.assigned, ["http://localhost:3000/"]);
});

suite("a page whose router has changed the address since it was opened", () => {
  let count = 0;
  /** Imports the package anew in a page that opens at this address. */
  async function openAt(href, options) {
    page = openPage(href);
    const { createClient } = await import(`connect-flow?${count++}`.replace("connect-flow", import.meta.resolve("connect-flow")));
    const { wasmUrl } = await import("./client.mjs");
    return { createClient: (more) => createClient({ wasmUrl, baseUrl: "https://platform.test", ...options, ...more }) };
  }

  async function startConnection() {
    const { options, callbackUrlSent, asked } = recordingPlatform();
    const client = await makeClient(options);
    await client.initiateConnection({ app: "gmail", redirectUrl: `${origin}/done` });
    return { options, asked, url: `${callbackUrlSent()}&status=success&connected_account_id=ca_1` };
  }

  test("completes the callback it was opened with, once, and keeps the router's address", async () => {
    const { options, url } = await startConnection();
    const { createClient } = await openAt(url, options);
    page.location.href = `${origin}/home`;
    const client = await createClient();
    assert.equal(client.parseCallback().connectedAccountId, "ca_1");
    const [first, second] = await Promise.all([client.completeConnection(), client.completeConnection()]);
    assert.deepEqual([first.connectedAccountId, second.connectedAccountId], ["ca_1", "ca_1"]);
    assert.deepEqual([page.location.href, page.replaced], [`${origin}/home`, []]);
    assert.equal(await client.completeConnection(), null);
    assert.equal(await (await createClient()).completeConnection(), null);
  });

  test("completes that callback by a flow", async () => {
    const { options, url } = await startConnection();
    const { createClient } = await openAt(url, options);
    page.location.href = `${origin}/home`;
    const client = await createClient();
    assert.equal((await client.flow({ app: "gmail" }).load()).state, "connected");
    assert.equal(page.location.href, `${origin}/home`);
    assert.equal((await client.flow({ app: "gmail" }).load()).state, "ready");
    assert.equal(await client.completeConnection(), null);
  });

  test("prefers its present address if that is a callback", async () => {
    const [{ options, url }] = [await startConnection()];
    const { createClient } = await openAt(`${origin}/?cf_flow=${"0".repeat(32)}&status=success`, options);
    page.location.href = url;
    const client = await createClient();
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
    assert.equal(page.location.href, `${origin}/done`);
    assert.equal(await client.completeConnection(), null, "the first address is not used afterwards");
  });

  test("keeps the callback until a status check has succeeded", async () => {
    const { options, url } = await startConnection();
    const { createClient } = await openAt(url, options);
    page.location.href = `${origin}/home`;
    let isUp = false;
    const client = await createClient({ fetch: (request) => (isUp ? options.fetch(request) : Promise.resolve(json({}, 401))) });
    await assert.rejects(client.completeConnection(), { code: "unauthorized" });
    isUp = true;
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
  });

  test("fails with callback_unbound for an unknown attempt, until a flow has reported it", async () => {
    const { createClient } = await openAt(`${origin}/?cf_flow=${"0".repeat(32)}&status=success`, recordingPlatform().options);
    page.location.href = `${origin}/home`;
    const client = await createClient();
    await assert.rejects(client.completeConnection(), { code: "callback_unbound" });
    const flow = client.flow({ app: "gmail" });
    assert.equal((await flow.load()).error?.code, "callback_unbound");
    assert.equal(await client.completeConnection(), null);
    assert.equal((await flow.retry()).state, "ready");
  });

  for (const [name, given] of Object.entries({
    "its address as text": (url) => url,
    "its address as a URL": (url) => new URL(url),
    "its path and query": (url) => url.slice(origin.length),
  })) {
    test(`completes the callback once if the app passes ${name}`, async () => {
      for (const isMoved of [true, false]) {
        const { options, url } = await startConnection();
        const { createClient } = await openAt(url, options);
        if (isMoved) page.location.href = `${origin}/home`;
        const client = await createClient();
        assert.equal((await client.completeConnection({ url: given(url) })).connectedAccountId, "ca_1");
        assert.equal(page.location.href, isMoved ? `${origin}/home` : `${origin}/done`);
        assert.equal((await client.flow({ app: "gmail" }).load()).state, "ready", "ready for another account");
      }
    });
  }

  const moves = [
    ["another path", (url) => url.replace("/done", "/done/"), "/done/"],
    ["a fragment", (url) => `${url}#/`, "/done#/"],
    ["a parameter", (url) => `${url}&tab=2`, "/done?tab=2"],
  ];
  for (const [name, move, clean] of moves) {
    test(`is cleaned if the router has meanwhile added ${name}`, async () => {
      for (const complete of [(client) => client.completeConnection(), (client) => client.flow({ app: "gmail" }).load()]) {
        const { options, url } = await startConnection();
        const { createClient } = await openAt(url, options);
        const client = await createClient();
        const completed = complete(client);
        page.location.href = move(url);
        await completed;
        assert.equal(page.location.href, origin + clean);
        assert.equal((await client.flow({ app: "gmail" }).load()).state, "ready");
      }
    });
  }
});

test("a callback of another browser's attempt fails with a message to close the window", async () => {
  const { asked, options } = recordingPlatform();
  const client = await makeClient(options);
  for (const query of ["status=success&connected_account_id=ca_1", "status=failed", "", "error=access_denied"]) {
    page = openPage(`${origin}/done?cf_flow=${"a".repeat(32)}&${query}`);
    const saysToClose = ({ code, message, retryable }) =>
      code === "callback_unbound" && !retryable && /close this window/.test(message) && !/hostile|attack|swap/.test(message);
    await assert.rejects(client.completeConnection(), saysToClose);
    const { state, error } = await client.flow({ app: "gmail" }).load();
    assert.equal(state, "failed");
    assert.ok(saysToClose(error));
  }
  assert.deepEqual(asked, []);
});

suite("a page in a frame", () => {
  const crossSite = () => {
    const top = { get location() { return new Proxy({}, { get() { throw new Error("SecurityError"); } }); } };
    top.parent = top;
    return top;
  };
  const sameOrigin = (parent) => {
    const window = { location: { href: `${origin}/frame` } };
    window.parent = parent ?? window;
    return window;
  };
  const frames = { "of another site": crossSite, "of this site inside another site": () => sameOrigin(crossSite()) };

  for (const [name, parent] of Object.entries(frames)) {
    test(`${name}: cannot redirect, and no account is created`, async () => {
      const { bodies, options } = recordingPlatform();
      const client = await makeClient(options);
      globalThis.parent = parent();
      assert.throws(() => client.redirect({ redirectUrl: "https://auth.test/" }), { code: "embedded", retryable: false });
      for (const mode of ["redirect", "auto"]) {
        const flow = client.flow({ app: "gmail", mode });
        await flow.load();
        const { state, error } = await flow.submit();
        assert.deepEqual([state, error.code, error.retryable], ["failed", "embedded", mode === "auto"]);
        assert.match(error.message, /popup/);
        const early = client.flow({ app: "gmail", mode });
        assert.equal((await early.submit()).error.code, "embedded");
      }
      assert.deepEqual([bodies, page.assigned], [[], []]);
    });
  }

  test("of this site: can redirect", async () => {
    const client = await makeClient(recordingPlatform().options);
    globalThis.parent = sameOrigin();
    const flow = client.flow({ app: "gmail", mode: "redirect" });
    await flow.load();
    assert.equal((await flow.submit()).state, "redirecting");
    assert.deepEqual(page.assigned, ["https://auth.test/go"]);
  });
});
