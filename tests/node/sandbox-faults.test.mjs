import assert from "node:assert/strict";
import { mock, suite, test } from "node:test";
import { minuteMs, openSandbox, platformOrigin, seeded, startMs } from "./sandbox.mjs";

const toolkit = "/api/v3.1/toolkits/gmail";
const link = { auth_config_id: seeded.gmail.id, user_id: "Jessica" };
const request = (init) => new Request(platformOrigin + toolkit, { headers: { "x-api-key": "sandbox-key" }, ...init });

suite("a scripted fault", () => {
  test("`status` has a Retry-After header and the platform's error body", async () => {
    const { sandbox, get } = openSandbox();
    sandbox.fault({ kind: "status", status: 429, retryAfter: 12 });
    const limited = await get(toolkit);
    assert.deepEqual([limited.status, limited.headers.get("retry-after"), limited.body], [
      429, "12", { message: "Rate limit exceeded. Limit: 10000 requests per 1 minutes" },
    ]);
    assert.equal(limited.headers.get("x-ratelimit-remaining"), "0");
    assert.equal((await get(toolkit)).status, 200, "a fault applies once by default");
    sandbox.fault({ kind: "status", status: 503 });
    assert.equal((await get(toolkit)).body.error.status, 503);
    sandbox.fault({ kind: "status", status: 500, body: {} });
    assert.deepEqual((await get(toolkit)).body, {});
  });

  test("`html`, `truncated` and `empty204` answer with HTML, half a body and no body", async () => {
    const { sandbox, get } = openSandbox();
    const whole = JSON.stringify((await get(toolkit)).body);
    sandbox.fault({ kind: "html" });
    sandbox.fault({ kind: "truncated" });
    sandbox.fault({ kind: "empty204" });
    const page = await get(toolkit);
    assert.deepEqual([page.status, page.headers.get("content-type")], [502, "text/html; charset=utf-8"]);
    const half = await sandbox.fetch(request());
    assert.equal(half.status, 200);
    assert.match(half.headers.get("content-type"), /json/);
    assert.equal(await half.text(), whole.slice(0, Math.floor(whole.length / 2)));
    const none = await sandbox.fetch(request());
    assert.deepEqual([none.status, await none.text()], [204, ""]);
  });

  test("`deprecated` announces the end of an operation beside the right answer", async () => {
    const { sandbox, get } = openSandbox();
    const noticeOf = ({ headers }) => ["deprecation", "sunset", "link"].map((name) => headers.get(name));
    sandbox.fault({ kind: "deprecated", sunset: "2026-07-03" });
    sandbox.fault({ kind: "deprecated" });
    const [first, second, third] = [await get(toolkit), await get(toolkit), await get(toolkit)];
    assert.deepEqual([first.status, first.body.slug], [200, "gmail"]);
    const link = '<https://platform.example/migration>; rel="successor-version"';
    assert.deepEqual(noticeOf(first), ["@1782864000", "Fri, 03 Jul 2026 00:00:00 GMT", link]);
    assert.deepEqual(noticeOf(second), ["@1782864000", null, link]);
    assert.deepEqual(noticeOf(third), [null, null, null]);
  });

  test("`drop` rejects as fetch does", async () => {
    const { sandbox, get } = openSandbox();
    sandbox.fault({ kind: "drop" });
    await assert.rejects(get(toolkit), { name: "TypeError", code: "SANDBOX_DROP" });
    assert.equal(sandbox.requests[0].status, 0);
  });

  test("`hang` ends if the request is aborted or the sandbox is reset", async () => {
    const { sandbox } = openSandbox();
    sandbox.fault({ kind: "hang", times: 3 });
    const controller = new AbortController();
    const aborted = sandbox.fetch(request({ signal: controller.signal }));
    const reset = sandbox.fetch(request());
    controller.abort();
    await assert.rejects(aborted, { name: "AbortError" });
    sandbox.reset();
    await assert.rejects(reset, { name: "AbortError" });
    await assert.rejects(sandbox.fetch(request({ signal: AbortSignal.abort() })), { name: "AbortError" });
  });

  test("`delay` answers later with the normal response, unless the request is aborted", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const { sandbox } = openSandbox();
      sandbox.fault({ kind: "delay", ms: 5000, times: 2 });
      let isDone = false;
      const late = sandbox.fetch(request()).then((response) => { isDone = true; return response; });
      mock.timers.tick(4999);
      await Promise.resolve();
      assert.equal(isDone, false);
      mock.timers.tick(1);
      assert.equal((await late).status, 200);
      const controller = new AbortController();
      const aborted = sandbox.fetch(request({ signal: controller.signal }));
      controller.abort();
      await assert.rejects(aborted, { name: "AbortError" });
    } finally {
      mock.timers.reset();
    }
  });

  test("`hugeBody` answers with valid JSON of the given length", async () => {
    const { sandbox } = openSandbox();
    sandbox.fault({ kind: "hugeBody", bytes: 3_000_000 });
    const text = await (await sandbox.fetch(request())).text();
    assert.ok(text.length >= 3_000_000);
    assert.match(JSON.parse(text).padding, /^x+$/);
    sandbox.fault({ kind: "hugeBody", bytes: 1e15 });
    await (await sandbox.fetch(request())).body.cancel();
  });

  test("applies only to requests that match its method and path", async () => {
    const { sandbox, get, post } = openSandbox();
    const failures = async () => [
      (await get(toolkit)).status === 500,
      (await get("/api/v3.1/toolkits?limit=1")).status === 500,
      (await post("/api/v3.1/connected_accounts/link", link)).status === 500,
    ];
    const rules = [
      [{ method: "post" }, [false, false, true]],
      [{ path: toolkit }, [true, false, false]],
      [{ path: "/api/v3.1/toolkits*" }, [true, true, false]],
      [{ path: /toolkits/g }, [true, true, false]],
      [{ method: "GET", path: /accounts/ }, [false, false, false]],
      [{}, [true, true, true]],
    ];
    for (const [rule, expected] of rules) {
      const removeFault = sandbox.fault({ kind: "status", status: 500, times: Infinity, ...rule });
      for (const time of [1, 2]) assert.deepEqual(await failures(), expected, `${rule.method} ${rule.path}, time ${time}`);
      removeFault();
      assert.deepEqual(await failures(), [false, false, false]);
    }
  });

  test("with `handled` and `truncated` takes effect after the platform has handled the request", async () => {
    const { sandbox, post } = openSandbox();
    const send = () => post("/api/v3.1/connected_accounts/link", link);
    sandbox.fault({ kind: "drop" });
    await assert.rejects(send());
    assert.equal(sandbox.accounts().length, 0);
    sandbox.fault({ kind: "drop", handled: true });
    await assert.rejects(send());
    assert.equal(sandbox.accounts().length, 1);
    sandbox.fault({ kind: "truncated" });
    await send().catch(() => {});
    assert.equal(sandbox.accounts().length, 2);
  });
});

suite("a sandbox", () => {
  test("records every request", async () => {
    const { sandbox, get, post } = openSandbox();
    await get(`${toolkit}?version=latest`);
    sandbox.advance(minuteMs);
    await post("/api/v3.1/connected_accounts/link", {});
    assert.deepEqual(sandbox.requests, [
      { method: "GET", path: toolkit, status: 200, atMs: startMs },
      { method: "POST", path: "/api/v3.1/connected_accounts/link", status: 400, atMs: startMs + minuteMs },
    ]);
  });

  test("reset removes accounts, integrations, requests and faults, and resets the clock", async () => {
    const { sandbox, get, post } = openSandbox();
    await post("/api/v3.1/connected_accounts/link", link);
    await post("/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } });
    sandbox.advance(minuteMs);
    sandbox.fault({ kind: "drop" });
    sandbox.reset();
    assert.deepEqual([sandbox.accounts(), sandbox.requests], [[], []]);
    assert.equal((await get("/api/v3.1/auth_configs?toolkit_slug=gmail")).body.items.length, 1);
    assert.equal(sandbox.requests[0].atMs, startMs);
  });

  test("has a key and accounts of its own", async () => {
    const own = openSandbox({ apiKey: "mine" });
    assert.equal((await own.get(toolkit)).status, 401);
    assert.equal((await own.get(toolkit, { "x-api-key": "mine" })).status, 200);
    const other = openSandbox();
    await other.post("/api/v3.1/connected_accounts/link", link);
    assert.deepEqual(own.sandbox.accounts(), []);
    for (const wrong of [-1, NaN, "5"]) assert.throws(() => own.sandbox.advance(wrong), { code: "invalid_argument" });
  });

  test("accounts() returns copies", async () => {
    const { sandbox, post } = openSandbox();
    await post("/api/v3.1/connected_accounts/link", { ...link, connection_data: { a: "b" } });
    sandbox.accounts()[0].data.a = "changed";
    assert.equal(sandbox.accounts()[0].data.a, "b");
  });
});
