// Pages that wait for the same account take turns in asking the platform.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createClient } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { Clock } from "../faults/support/clock.mjs";
import { callbackAfterConsent } from "./browser.mjs";
import { memoryStorage } from "./client.mjs";
import { closePage, openPage } from "./fake-page.mjs";

const minuteMs = 60_000;
const waitMs = 9.5 * minuteMs;
const requestMs = 2_000;

let clock, sandbox, storage, opened, hasChannel;
beforeEach(() => {
  clock = new Clock();
  clock.install();
  openPage("https://app.test/");
  sandbox = createSandbox({ advanceTimers() {}, now: () => clock.trueMs });
  storage = memoryStorage();
  opened = [];
  hasChannel = true;
});
afterEach(() => {
  for (const page of opened) page.client.dispose();
  delete globalThis.document;
  closePage();
  sandbox.dispose();
  clock.restore();
});

/** A page of the app. `asked` has the times of its status checks. `respond` replaces the platform's answer to one. */
async function open() {
  const page = { asked: [], respond: undefined };
  const fetch = (request) => {
    const isCheck = request.method === "GET" && /\/connected_accounts\/ca_/.test(request.url);
    if (isCheck) page.asked.push(clock.trueMs);
    return (isCheck && page.respond?.(request)) || sandbox.fetch(request);
  };
  const options = sandbox.install({ entityId: "Jessica", storage });
  if (!hasChannel) globalThis.BroadcastChannel = undefined;
  page.client = await createClient({ ...options, fetch });
  opened.push(page);
  return page;
}

/** Starts an attempt whose user stays at the provider. `finish` acts as the user. */
async function start() {
  const { client } = await open();
  const request = await client.initiateConnection({ app: "gmail" });
  return { ...request, finish: () => callbackAfterConsent(sandbox, request.redirectUrl) };
}

const ways = {
  waitUntilActive({ client }, { connectedAccountId }) {
    const over = client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 10 * minuteMs });
    return { over, end: () => client.dispose() };
  },
  resume({ client }, { flowId }) {
    const flow = client.resume({ flowId });
    const over = new Promise((done) => flow.subscribe(() => flow.getSnapshot().state === "connected" && done(flow.getSnapshot().account)));
    return { over, end: () => flow.dispose() };
  },
};

/** Replaces the page's Web Locks. Returns a function that restores them. */
function replaceLocks(request) {
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { locks: { request } } });
  return () => (navigator ? Object.defineProperty(globalThis, "navigator", navigator) : delete globalThis.navigator);
}

/** Lets pages wait for one account, each in its own way. */
async function wait(...names) {
  const attempt = await start();
  const pages = [];
  for (const name of names) {
    const page = await open();
    const { over, end } = ways[name](page, attempt);
    over.then(() => (page.overAtMs = clock.trueMs), () => {});
    pages.push(Object.assign(page, { over, end }));
    await clock.advance(700);
  }
  return { pages, attempt };
}

/** Ends the page that asked last, until one is left. Another one must ask within `ms`. */
async function endOneByOne(pages, ms) {
  for (let left = [...pages]; left.length > 1; ) {
    const before = count(pages);
    while (count(pages) === before) await clock.advance(100);
    const last = left.find(({ asked }) => asked.at(-1) === times(left).at(-1));
    last.end();
    left = left.filter((page) => page !== last);
    const goneAtMs = clock.trueMs;
    await clock.advance(ms);
    assert.ok(times(left).at(-1) > goneAtMs, `${left.length} are left`);
  }
}

const count = (pages) => pages.reduce((sum, { asked }) => sum + asked.length, 0);

/** All checks, oldest first. */
const times = (pages) => pages.flatMap(({ asked }) => asked).sort((a, b) => a - b);

for (const names of [["waitUntilActive", "waitUntilActive", "waitUntilActive"], ["resume", "resume", "resume"], ["waitUntilActive", "resume", "resume"]]) {
  suite(`three pages that wait by ${names.join(", ")}`, () => {
    test("send at most 1.2 times the requests of one", async () => {
      const { pages: [alone] } = await wait(names[0]);
      await clock.advance(waitMs);
      alone.end();
      const { pages } = await wait(...names);
      await clock.advance(waitMs);
      assert.ok(alone.asked.length > 120, `${alone.asked.length} by one`);
      assert.ok(count(pages) <= 1.2 * alone.asked.length, `${count(pages)} by three, ${alone.asked.length} by one`);
    });

    for (const [more, ms] of [["", 0], [" and one request when requests take 2 s", requestMs]]) {
      test(`learn the result within 0.3 s of the first${more}`, async () => {
        const { pages, attempt } = await wait(...names);
        for (const page of pages) page.respond = (request) => new Promise((resolve) => setTimeout(() => resolve(sandbox.fetch(request)), ms));
        await clock.advance(minuteMs);
        await attempt.finish();
        const accounts = await clock.until(Promise.all(pages.map(({ over }) => over)), 6_000 + 2 * ms);
        assert.deepEqual(accounts.map(({ status }) => status), ["ACTIVE", "ACTIVE", "ACTIVE"]);
        const ends = pages.map(({ overAtMs }) => overAtMs);
        assert.ok(Math.max(...ends) - Math.min(...ends) <= 300 + ms, ends.join());
      });
    }

    test("are checked again within 5 s when the page that asked last is gone", async () => {
      const { pages } = await wait(...names);
      await clock.advance(minuteMs);
      await endOneByOne(pages, 5_000);
    });

    test("are checked again within 15 s when all are hidden and the page that asked last is gone", async () => {
      const { pages } = await wait(...names);
      globalThis.document = { visibilityState: "hidden" };
      await clock.advance(minuteMs);
      await endOneByOne(pages, 15_000);
    });

    test("connect although the requests of one of them fail", async () => {
      const { pages, attempt } = await wait(...names);
      pages[0].respond = () => Promise.reject(new TypeError("no network"));
      await clock.advance(minuteMs);
      await attempt.finish();
      await clock.until(Promise.all(pages.slice(1).map(({ over }) => over)), 11_000);
      pages[0].respond = undefined;
      await clock.until(pages[0].over, minuteMs);
    });
  });
}

suite("a page that waits", () => {
  for (const way of ["waitUntilActive", "resume"]) {
    test(`by ${way} checks once a minute itself, whatever other pages tell it`, async () => {
      const { pages: [page], attempt } = await wait(way);
      await clock.advance(minuteMs);
      const channel = new BroadcastChannel(`connect-flow:${attempt.connectedAccountId}`);
      const before = page.asked.length;
      for (let second = 0; second < 300; second += 1) {
        channel.postMessage({ check: "" });
        await clock.advance(1_000);
      }
      channel.close();
      const own = page.asked.slice(before);
      assert.ok(own.length >= 4 && own.length <= 8, `${own.length} within 5 minutes`);
    });

    test(`by ${way} tells other pages of no check while one of them holds the lock`, async () => {
      const { pages: [page], attempt } = await wait(way);
      // A page that is frozen during a check holds it.
      const restore = replaceLocks(async (name, options, use) => use(null));
      const channel = new BroadcastChannel(`connect-flow:${attempt.connectedAccountId}`);
      let told = 0;
      channel.onmessage = () => (told += 1);
      try {
        const before = page.asked.length;
        await clock.advance(minuteMs);
        const asked = page.asked.length - before;
        assert.ok(asked > 8, `${asked} within a minute`);
        assert.equal(told, asked);
      } finally {
        channel.close();
        restore();
      }
    });

    test(`by ${way} checks 250 ms later when another page holds the lock`, async () => {
      const { pages: [page] } = await wait(way);
      const refused = [];
      const restore = replaceLocks(async (name, options, use) => (refused.push(clock.trueMs), use(null)));
      try {
        const before = page.asked.length;
        await clock.advance(minuteMs);
        const asked = page.asked.slice(before);
        assert.ok(refused.length > 8, `${refused.length} within a minute`);
        assert.deepEqual(asked, refused.slice(0, asked.length).map((atMs) => atMs + 250));
      } finally {
        restore();
      }
    });

    test(`by ${way} believes no message`, async () => {
      const { pages: [page], attempt } = await wait(way);
      await clock.advance(minuteMs);
      const channel = new BroadcastChannel(`connect-flow:${attempt.connectedAccountId}`);
      const before = page.asked.length;
      for (const message of [null, 1, "decided", {}, { check: 1 }, { check: { status: "ACTIVE" } }, { check: "decided" }]) channel.postMessage(message);
      await clock.advance(0);
      channel.close();
      assert.equal(page.asked.length, before + 1, "it asks once");
      assert.equal(page.overAtMs, undefined);
      await attempt.finish();
      await clock.until(page.over, 6_000);
    });
  }

  test("does not yield to other pages without BroadcastChannel", async () => {
    hasChannel = false;
    const { pages, attempt } = await wait("waitUntilActive", "resume");
    await clock.advance(waitMs);
    assert.ok(pages.every(({ asked }) => asked.length > 120), pages.map(({ asked }) => asked.length).join());
    await attempt.finish();
    await clock.until(Promise.all(pages.map(({ over }) => over)), 6_000);
  });
});
