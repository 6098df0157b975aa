// Whose parameters are whose in the address of a page, and where a page is that can be returned to.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { json, makeClient, memoryStorage } from "./client.mjs";

const origin = "https://app.test";
const integration = { id: "ac_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, status: "ENABLED", expected_input_fields: [] };

let page;
beforeEach(() => {
  page = open(`${origin}/`);
});
afterEach(() => {
  for (const name of ["location", "history", "parent"]) delete globalThis[name];
});

function open(href) {
  const location = {
    href,
    get origin() {
      return new URL(this.href).origin;
    },
    assign: (url) => page.left.push(url),
  };
  const history = { state: { router: 1 }, replaceState: (state, _, url) => page.replaced.push([state, (location.href = url)]) };
  Object.assign(globalThis, { location, history });
  return { location, left: [], replaced: [] };
}

/** A v3 platform whose accounts are `ACTIVE` once their user was there. */
function platform({ scheme = "OAUTH2" } = {}) {
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
    const own = { ...integration, auth_scheme: scheme, is_composio_managed: scheme === "OAUTH2" };
    return json(/auth_configs\//.test(pathname) ? own : { items: [own] });
  };
  const returnAddress = () => bodies.map((body) => body.callback_url ?? body.connection?.callback_url).at(-1);
  return { asked, bodies, returnAddress, options: { entityId: "Jessica", retry: 0, fetch, storage: memoryStorage() } };
}

/** What platforms put behind a return address. */
const dialects = [
  "status=success&connected_account_id=ca_1",
  "status=success&connectedAccountId=ca_1&appName=gmail",
  "connectionStatus=ACTIVE&connectedAccountId=ca_1",
  "status=success&connection_id=ca_1&toolkit=gmail&message=done",
];

const own = [
  "/orders?status=open&id=7", "/orders?id=7&status=success#list", "/?error=none&message=hi&reason=%20x", "/shop?toolkit=drill&appName=crm",
  "/deals?connectionId=9&code=1&state=2", "/x?status=open&status=closed", "/#/orders?status=open",
];

suite("a parameter of the app's own", () => {
  for (const path of own) {
    test(`${path}: makes no callback, and comes back unchanged in every dialect`, async () => {
      for (const dialect of dialects) {
        const { asked, options, returnAddress } = platform();
        const client = await makeClient(options);
        page = open(origin + path);
        assert.equal(await client.completeConnection(), null);
        assert.equal(client.parseCallback(), null);
        const flow = client.flow({ app: "gmail", mode: "redirect" });
        assert.equal((await flow.load()).state, "ready");
        flow.dispose();
        assert.equal(asked.filter((request) => /connected_accounts/.test(request)).length, 0);
        await client.initiateConnection({ app: "gmail" });
        const bound = new URL(returnAddress());
        const before = bound.href.replace(/[?&]cf_flow=\w+/, "");
        assert.equal(before, origin + path, "sent as it was");
        bound.search += `&${dialect}`;
        page = open(bound.href);
        const done = await client.completeConnection();
        assert.equal(done.connectedAccountId, "ca_1");
        assert.equal(page.location.href, origin + path, "and as it was again");
        assert.equal(await client.completeConnection(), null);
      }
    });

    test(`${path}: is cleaned by a flow in the same way`, async () => {
      const { options, returnAddress } = platform();
      const client = await makeClient(options);
      page = open(origin + path);
      await client.initiateConnection({ app: "gmail" });
      const bound = new URL(returnAddress());
      bound.search += `&${dialects[0]}`;
      page = open(bound.href);
      assert.equal((await client.flow({ app: "gmail" }).load()).state, "connected");
      assert.equal(page.location.href, origin + path);
    });
  }

  test("is not an error that the platform reports", async () => {
    const { options, returnAddress } = platform();
    const client = await makeClient({ ...options, redirectUrl: "/done?error=x&status=failed" });
    await client.initiateConnection({ app: "gmail" });
    page = open(`${returnAddress()}&status=success&connected_account_id=ca_1`);
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
    assert.equal(page.location.href, `${origin}/done?error=x&status=failed`);
    await client.initiateConnection({ app: "gmail" });
    page = open(`${returnAddress()}&status=failed&error=access_denied`);
    await assert.rejects(client.completeConnection(), { code: "access_denied" });
  });

  test("is back unchanged where the platform sets its parameters in place of those of the same name", async () => {
    for (const path of ["/orders?status=open&id=7", "/x?status=open&status=closed&status=open&id=7", "/y?id=1&connected_account_id=x&connected_account_id=y#list"]) {
      const { options, returnAddress } = platform();
      const client = await makeClient(options);
      await client.initiateConnection({ app: "gmail", redirectUrl: origin + path });
      const url = new URL(returnAddress());
      url.searchParams.set("status", "success");
      url.searchParams.set("connected_account_id", "ca_1");
      page = open(url.href);
      assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
      assert.equal(page.location.href, origin + path);
    }
  });

  test("is told from the platform's where that drops cf_flow", async () => {
    const { options, returnAddress } = platform();
    const client = await makeClient(options);
    page = open(`${origin}/orders?status=open`);
    await client.initiateConnection({ app: "gmail" });
    page = open(`${returnAddress().replace(/&cf_flow=\w+/, "")}&status=success&connected_account_id=ca_1`);
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
    assert.equal(page.location.href, `${origin}/orders?status=open`);
  });

  test("names an account of nobody's: the page is no callback", async () => {
    const client = await makeClient(platform().options);
    for (const path of ["/?status=success&connected_account_id=ca_9", "/?connectionId=9&error=x"]) {
      page = open(origin + path);
      assert.equal(await client.completeConnection(), null);
      assert.equal(page.location.href, origin + path);
    }
  });
});

suite("a page where users cannot return to", () => {
  const pages = ["file:///C:/app/index.html", "capacitor://localhost/", "exp://192.168.0.2:8081/", "chrome-extension://abcdef/popup.html", "about:srcdoc",
    "about:blank", "ionic://localhost/x", "data:text/html,x", "blob:https://app.test/1"];

  test("is refused before anything is created, and the message names the option", async () => {
    for (const href of pages) {
      const { bodies, options } = platform();
      const client = await makeClient(options);
      page = open(href);
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

  test("works with a redirectUrl, and without one for what needs no other page", async () => {
    for (const href of pages) {
      const { options, returnAddress } = platform();
      const client = await makeClient(options);
      page = open(href);
      await client.initiateConnection({ app: "gmail", redirectUrl: "https://app.test/done" });
      assert.match(returnAddress(), /^https:\/\/app\.test\/done\?cf_flow=/);
      const keys = platform({ scheme: "API_KEY" });
      const second = await makeClient(keys.options);
      const { connectionStatus } = await second.initiateConnection({ app: "gmail" });
      assert.deepEqual([connectionStatus, keys.returnAddress()], ["ACTIVE", undefined]);
    }
  });
});

test("a return address and a place to go to are http or https, whatever a URL's origin says", async () => {
  const client = await makeClient({ ...platform().options, redirectOrigins: ["https://app.test"] });
  for (const url of ["blob:https://app.test/x", "data:text/html,x", "javascript:alert(1)", "filesystem:https://app.test/temporary/x", "view-source:https://app.test/",
    "ws://app.test/", "ftp://app.test/", "file:///etc/passwd", "about:blank", "https:app.test", "https:/app.test", "//app.test/"]) {
    await assert.rejects(client.initiateConnection({ app: "gmail", redirectUrl: url }), { code: "invalid_argument" }, url);
    assert.throws(() => client.redirect({ redirectUrl: url }), { code: "redirect_refused" }, url);
    await assert.rejects(makeClient({ redirectOrigins: [url] }), { code: "invalid_argument" }, url);
  }
  assert.deepEqual(page.left, []);
});

test("users are sent by http to this computer only, not to another of its network", async () => {
  const client = await makeClient(platform().options);
  for (const host of ["192.168.0.7", "10.0.0.2:8080", "dev.local", "laptop", "169.254.1.1", "[fe80::1]"]) {
    assert.throws(() => client.redirect({ redirectUrl: `http://${host}/` }), { code: "redirect_refused" }, host);
  }
  client.redirect({ redirectUrl: "http://localhost:3000/" });
  assert.deepEqual(page.left, ["http://localhost:3000/"]);
});

suite("a page that a router has rewritten since it was opened", () => {
  let count = 0;
  /** The package as a page loads it that is opened at this address. */
  async function entered(href, options) {
    page = open(href);
    const { createClient } = await import(`connect-flow?${count++}`.replace("connect-flow", import.meta.resolve("connect-flow")));
    const { wasmUrl } = await import("./client.mjs");
    return { createClient: (more) => createClient({ wasmUrl, baseUrl: "https://platform.test", ...options, ...more }) };
  }

  async function started() {
    const { options, returnAddress, asked } = platform();
    const client = await makeClient(options);
    await client.initiateConnection({ app: "gmail", redirectUrl: `${origin}/done` });
    return { options, asked, url: `${returnAddress()}&status=success&connected_account_id=ca_1` };
  }

  test("is a callback all the same, once, and stays where the router has gone", async () => {
    const { options, url } = await started();
    const { createClient } = await entered(url, options);
    page.location.href = `${origin}/home`;
    const client = await createClient();
    assert.equal(client.parseCallback().connectedAccountId, "ca_1");
    const [first, second] = await Promise.all([client.completeConnection(), client.completeConnection()]);
    assert.deepEqual([first.connectedAccountId, second.connectedAccountId], ["ca_1", "ca_1"]);
    assert.deepEqual([page.location.href, page.replaced], [`${origin}/home`, []]);
    assert.equal(await client.completeConnection(), null);
    assert.equal(await (await createClient()).completeConnection(), null);
  });

  test("is a callback for a flow", async () => {
    const { options, url } = await started();
    const { createClient } = await entered(url, options);
    page.location.href = `${origin}/home`;
    const client = await createClient();
    assert.equal((await client.flow({ app: "gmail" }).load()).state, "connected");
    assert.equal(page.location.href, `${origin}/home`);
    assert.equal((await client.flow({ app: "gmail" }).load()).state, "ready");
    assert.equal(await client.completeConnection(), null);
  });

  test("goes by its address now where that is a callback", async () => {
    const [{ options, url }] = [await started()];
    const { createClient } = await entered(`${origin}/?cf_flow=${"0".repeat(32)}&status=success`, options);
    page.location.href = url;
    const client = await createClient();
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
    assert.equal(page.location.href, `${origin}/done`);
    assert.equal(await client.completeConnection(), null, "nor is the address at the start used later");
  });

  test("keeps the callback while the platform cannot be asked", async () => {
    const { options, url } = await started();
    const { createClient } = await entered(url, options);
    page.location.href = `${origin}/home`;
    let isUp = false;
    const client = await createClient({ fetch: (request) => (isUp ? options.fetch(request) : Promise.resolve(json({}, 401))) });
    await assert.rejects(client.completeConnection(), { code: "unauthorized" });
    isUp = true;
    assert.equal((await client.completeConnection()).connectedAccountId, "ca_1");
  });

  test("says that it can be closed where nothing is remembered of the attempt, to all who ask before a flow is over", async () => {
    const { createClient } = await entered(`${origin}/?cf_flow=${"0".repeat(32)}&status=success`, platform().options);
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
    test(`is a callback once where it is handed in: ${name}`, async () => {
      for (const isMoved of [true, false]) {
        const { options, url } = await started();
        const { createClient } = await entered(url, options);
        if (isMoved) page.location.href = `${origin}/home`;
        const client = await createClient();
        assert.equal((await client.completeConnection({ url: given(url) })).connectedAccountId, "ca_1");
        assert.equal(page.location.href, isMoved ? `${origin}/home` : `${origin}/done`);
        assert.equal((await client.flow({ app: "gmail" }).load()).state, "ready", "another account can be connected");
      }
    });
  }

  const moves = [
    ["another path", (url) => url.replace("/done", "/done/"), "/done/"],
    ["a fragment", (url) => `${url}#/`, "/done#/"],
    ["a parameter", (url) => `${url}&tab=2`, "/done?tab=2"],
  ];
  for (const [name, move, clean] of moves) {
    test(`is cleaned where the router has put ${name} there meanwhile`, async () => {
      for (const complete of [(client) => client.completeConnection(), (client) => client.flow({ app: "gmail" }).load()]) {
        const { options, url } = await started();
        const { createClient } = await entered(url, options);
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

test("a window whose attempt is remembered elsewhere says that it can be closed, and offers no other attempt", async () => {
  const { asked, options } = platform();
  const client = await makeClient(options);
  for (const query of ["status=success&connected_account_id=ca_1", "status=failed", "", "error=access_denied"]) {
    page = open(`${origin}/done?cf_flow=${"a".repeat(32)}&${query}`);
    const isPolite = ({ code, message, retryable }) =>
      code === "callback_unbound" && !retryable && /close this window/.test(message) && !/hostile|attack|swap/.test(message);
    await assert.rejects(client.completeConnection(), isPolite);
    const { state, error } = await client.flow({ app: "gmail" }).load();
    assert.equal(state, "failed");
    assert.ok(isPolite(error));
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
  const frames = { "of another site": crossSite, "of this site, in one of another": () => sameOrigin(crossSite()) };

  for (const [name, parent] of Object.entries(frames)) {
    test(`${name}: is not left, and nothing is created for that`, async () => {
      const { bodies, options } = platform();
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
      assert.deepEqual([bodies, page.left], [[], []]);
    });
  }

  test("of this site: is left as any page", async () => {
    const client = await makeClient(platform().options);
    globalThis.parent = sameOrigin();
    const flow = client.flow({ app: "gmail", mode: "redirect" });
    await flow.load();
    assert.equal((await flow.submit()).state, "redirecting");
    assert.deepEqual(page.left, ["https://auth.test/go"]);
  });
});
