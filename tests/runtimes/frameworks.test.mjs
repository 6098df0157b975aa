import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { apiKey, integrations } from "../gateway/support.mjs";
import { checkGateway } from "./check.mjs";
import { freePort, openApps } from "./support.mjs";

/** The gateway behind the body parsers, routers and adapters of real apps. */
suite("the gateway works when it is mounted in", () => {
  let apps;
  before(async () => { apps = await openApps(); });
  after(() => apps?.close());

  const inNode = (file, env) => ({ start: () => () => [process.execPath, [join(apps.folder, file)]], env });
  const express = { paths: ["json", "raw", "text", "urlencoded", "two"].map((name) => `/${name}/api/connect`) };
  /**
   * `start` returns the program, `paths` are the gateway's, and at `lost` the app has consumed the body. `isCloud` marks programs that
   * cannot notice an aborted request.
   */
  const frameworks = {
    "Express 5 behind each of its body parsers": { ...inNode("parsers.js", { EXPRESS: "express" }), ...express },
    "Express 4 behind each of its body parsers": { ...inNode("parsers.js", { EXPRESS: "express4" }), ...express },
    "Koa with and without its body parser": { ...inNode("koa.js"), paths: ["/plain/api/connect", "/parsed/api/connect"], lost: "/lost/api/connect" },
    "serverless-http, directly and in Express": { ...inNode("lambda.js"), paths: ["/v1/api/connect", "/v2/api/connect", "/express/api/connect"], isCloud: true },
    "Next.js, App Router and Pages Router": {
      start: () => apps.buildNext(),
      paths: ["/api/connect", "/api/pages", "/api/unparsed"],
      redirects: true,
    },
    "Next.js, with basePath and trailingSlash": {
      start: () => apps.configureNext({ basePath: "/shop", trailingSlash: true, skipTrailingSlashRedirect: true }),
      paths: ["/shop/api/connect", "/shop/api/pages", "/shop/api/unparsed"],
    },
  };

  for (const [name, { start, env, paths, ...others }] of Object.entries(frameworks)) {
    test(name, async () => {
      const programOf = await start();
      const port = await freePort();
      const { stop } = await apps.start(programOf(port), { port, path: paths[0], env });
      try {
        const url = `http://127.0.0.1:${port}`;
        if (paths[0] === "/api/connect") await checkGateway(apps.sandbox, url);
        for (const path of paths) await checkMounted(url + path, others);
        if (others.lost) await checkLostBody(url + others.lost);
      } finally {
        await stop();
      }
    });
  }

  const asJessica = (init = {}) => ({
    ...init,
    headers: { "x-test-user": "Jessica", cookie: "session=secret", ...(init.body && { "content-type": "application/json" }) },
    ...(init.body && { body: JSON.stringify(init.body) }),
  });
  const link = { auth_config_id: integrations.gmail, callback_url: "https://app.test/done?naïve=€" };

  async function checkMounted(base, { isCloud = false, redirects = false }) {
    const { sandbox } = apps;
    sandbox.reset();
    const ask = async (method, path, body) => {
      const response = await fetch(base + path, asJessica({ method, body, signal: AbortSignal.timeout(30_000) }));
      const text = await response.text();
      assert.ok(!text.includes(apiKey), text);
      return { status: response.status, body: text && JSON.parse(text), redirected: response.redirected };
    };
    const assertStatus = (status, answer) => assert.equal(answer.status, status, `${base}: ${JSON.stringify(answer.body)}`);

    assertStatus(200, await ask("GET", "/api/v3.1/toolkits/gmail"));
    assertStatus(201, await ask("POST", "/api/v3.1/connected_accounts/link", link));
    const [account] = sandbox.accounts();
    assert.deepEqual([account.entityId, account.callbackUrl], ["Jessica", new URL(link.callback_url).href]);
    const path = `/api/v3.1/connected_accounts/${account.id}`;
    assertStatus(200, await ask("PATCH", `${path}/status`, { enabled: false }));
    assert.equal(sandbox.accounts()[0].isDisabled, true);
    assertStatus(400, await ask("PATCH", `${path}/status`, {}));

    // Frameworks may add a trailing slash, or redirect to a URL without it.
    const slashed = await ask("GET", "/api/v3.1/toolkits/gmail/");
    assertStatus(200, slashed);
    assert.equal(slashed.redirected, redirects);
    assertStatus(200, await ask("PATCH", `${path}/status/`, { enabled: true }));
    assert.equal(sandbox.accounts()[0].isDisabled, false);

    if (!isCloud) await checkAbort(`${base}${path}`);
    assertStatus(200, await ask("DELETE", path));
    assert.equal(sandbox.accounts()[0].isDeleted, true);
  }

  /** Checks that an aborted request aborts the request to the platform. */
  async function checkAbort(url) {
    const { sandbox, abandoned } = apps;
    const arrived = sandbox.requests.length;
    sandbox.fault({ kind: "hang" });
    const page = new AbortController();
    const answer = fetch(url, asJessica({ signal: page.signal }));
    answer.catch(() => {});
    await until(() => sandbox.requests.length > arrived, `${url} did not reach the platform`);
    page.abort();
    await assert.rejects(answer, { name: "AbortError" });
    await until(() => apps.abandoned > abandoned, `${url} did not abort the request to the platform`);
  }

  async function checkLostBody(base) {
    const response = await fetch(`${base}/api/v3.1/connected_accounts/link`, asJessica({ method: "POST", body: link, signal: AbortSignal.timeout(10_000) }));
    assert.deepEqual([response.status, (await response.json()).error.slug], [500, "Gateway_BodyAlreadyRead"]);
    assert.equal((await fetch(`${base}/api/v3.1/connected_accounts/nobodys`, asJessica({ method: "DELETE" }))).status, 404);
  }
});

async function until(isTrue, problem) {
  for (const start = Date.now(); !isTrue(); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() - start > 1500) throw new Error(problem);
  }
}
