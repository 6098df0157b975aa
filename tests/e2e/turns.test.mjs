// Tabs that wait for the same account take turns in asking the platform.
import assert from "node:assert/strict";
import { Around } from "./support/around.mjs";
import { hasPackage, openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab } from "./support/tabs.mjs";

const test = scenarios();

/** The longest pause between two checks, in milliseconds. */
const PAUSE_MS = 5_000;

/** The pause of hidden tabs, in milliseconds. */
const AWAY_MS = 15_000;

/** How far one command moves the clocks: WebKit's driver ends a script after 30 seconds by the page's clock. */
const COMMAND_MS = 20_000;

/** Runs in a tab: starts to wait, counts the messages about the account, and lets other tabs move its clock. */
async function startToWait({ id, way, connectedAccountId, flowId }) {
  // In Firefox, WebDriver focuses the window that it goes to, and a user who comes back makes a check due.
  document.hasFocus = () => true;
  const page = { id, seen: "", told: 0 };
  globalThis.page = page;
  new BroadcastChannel(`connect-flow:${connectedAccountId}`).onmessage = () => {
    page.told += 1;
    page.hear?.();
  };
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  if (way === "resume") {
    page.flow = client.resume({ flowId });
    page.flow.subscribe(() => (page.seen = page.flow.getSnapshot().state));
  } else {
    const over = client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 600_000 });
    over.then(({ status }) => (page.seen = status), ({ code }) => (page.seen = code));
  }
  page.stop = () => (page.flow ?? client).dispose();

  /**
   * Waits until so many messages have arrived, then moves the clock. Returns how often the tab has asked, and what it shows. A tab that is
   * never told waits once, so that the test fails for what the tabs do.
   */
  page.moveClock = async (ms, messages) => {
    const late = page.told < messages && globalThis.e2ePause(3_000).then(() => (page.told = Infinity));
    while (page.told < messages) await Promise.race([late, new Promise((hear) => (page.hear = hear))]);
    await globalThis.e2eAround.pass(ms);
    const isCheck = (request) => /^GET .*\/connected_accounts\/ca_\w+$/.test(request);
    return { asked: globalThis.e2eAround.asked.filter(isCheck).length, seen: page.seen };
  };
  page.clocks = new BroadcastChannel("e2e:clocks");
  page.clocks.addEventListener("message", async ({ data: { to, ms, messages } }) => {
    if (to === id) page.clocks.postMessage({ from: id, found: await page.moveClock(ms, messages) });
  });
}

/** Runs in a tab: moves the clocks of these tabs together, step by step, until one has asked if `isUntilAsked`. Returns the tabs. */
async function moveClocks({ tabs, ms, stepMs, isUntilAsked }) {
  const { page } = globalThis;
  const asked = () => tabs.reduce((sum, tab) => sum + tab.asked, 0);
  const moveOther = (to, ms, messages) =>
    new Promise((resolve) => {
      const hear = ({ data: { from, found } }) => {
        if (from !== to) return;
        page.clocks.removeEventListener("message", hear);
        resolve(found);
      };
      page.clocks.addEventListener("message", hear);
      page.clocks.postMessage({ to, ms, messages });
    });
  const before = asked();
  for (let left = ms; left >= 0; left -= stepMs) {
    for (const tab of tabs) {
      const values = [Math.min(left, stepMs), asked() - tab.before];
      Object.assign(tab, await (tab.id === page.id ? page.moveClock(...values) : moveOther(tab.id, ...values)));
    }
    if (left <= stepMs || (isUntilAsked && asked() > before)) break;
  }
  return tabs;
}

/** Tabs that wait for one account. Their clocks are held, and move together. */
class Tabs {
  #context;
  #account;
  #opened = 0;
  list = [];

  constructor(context, account) {
    this.#context = context;
    this.#account = account;
  }

  /** Waits in the current tab by `way`: `resume` or `waitUntilActive`. */
  async wait(way) {
    const { browser, around } = this.#context;
    await around.hold();
    const [before, id] = [this.asked, (this.#opened += 1)];
    await browser.execute(startToWait, { ...this.#account, id, way });
    this.list.push({ id, way, handle: await browser.getWindowHandle(), before, asked: 0, seen: "" });
    await this.pass(0);
  }

  /** How often the tabs have asked. */
  get asked() {
    return this.list.reduce((sum, { asked }) => sum + asked, 0);
  }

  /** Moves all clocks. */
  async pass(ms, stepMs = 1_000) {
    for (let left = ms; ; left -= COMMAND_MS) {
      await this.#move({ ms: Math.min(left, COMMAND_MS), stepMs });
      if (left <= COMMAND_MS) return;
    }
  }

  /** Moves all clocks until a tab has asked, and returns that tab. */
  async next(ms = PAUSE_MS) {
    const before = this.list.map(({ asked }) => asked);
    await this.#move({ ms: ms + 250, stepMs: 250, isUntilAsked: true });
    const tab = this.list.find(({ asked }, index) => asked > before[index]);
    if (!tab) throw new Error(`no tab asked within ${ms} ms`);
    return tab;
  }

  /** The tabs move each other's clocks: a command for each step and tab takes ten times as long. */
  async #move(how) {
    await this.goTo(this.list.at(-1));
    const tabs = await this.#context.browser.execute(moveClocks, { tabs: this.list, ...how });
    for (const [index, tab] of tabs.entries()) Object.assign(this.list[index], tab);
  }

  async goTo({ handle }) {
    await this.#context.browser.switchToWindow(handle);
  }

  /** Stops waiting in a tab, or in all. */
  async stop(...tabs) {
    for (const tab of tabs.length > 0 ? tabs : this.list) {
      await this.goTo(tab);
      await this.#context.browser.execute(() => globalThis.page.stop());
    }
    this.list = tabs.length > 0 ? this.list.filter((tab) => !tabs.includes(tab)) : [];
  }

  /** Closes a tab, as a crash does: the page cannot react. */
  async close(tab) {
    await this.goTo(tab);
    await this.#context.browser.closeWindow();
    this.list = this.list.filter((other) => other !== tab);
    await this.goTo(this.list[0]);
  }
}

/** A test with tabs that wait in these ways, for an account whose user stays at the provider. `inPages` runs in every page first. */
function tabsTest(name, ways, body, inPages) {
  test(name, async (context) => {
    const { browser, platform, front } = context;
    const around = new Around(context);
    const undo = inPages && front.inPages(inPages);
    const page = await openModulePage(browser, platform);
    const home = await browser.getWindowHandle();
    let tabs;
    try {
      const account = await browser.execute(async () => {
        const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
        return client.initiateConnection({ app: "gmail" });
      });
      tabs = new Tabs({ browser, around }, account);
      await tabs.wait(ways[0]);
      for (const way of ways.slice(1)) {
        await openTab(browser, "window");
        await browser.url(page.url);
        await hasPackage(browser);
        await tabs.wait(way);
      }
      await body({ ...context, tabs, around, account });
    } finally {
      await tabs?.stop();
      await browser.switchToWindow(home);
      await around.undo();
      undo?.();
      await page.close();
    }
  });
}

/** From now on the platform says that the account is `ACTIVE`. */
function activate({ platform }) {
  const [{ id }] = platform.accounts();
  const { text } = platform.exchanges().findLast(({ method, path }) => method === "GET" && path.endsWith(id));
  platform.sandbox.fault({
    kind: "status", status: 200, method: "GET", path: new RegExp(`/connected_accounts/${id}$`), times: Infinity,
    body: { ...JSON.parse(text), status: "ACTIVE" },
  });
}

const isOver = ({ seen }) => seen === "ACTIVE" || seen === "connected";

async function askAsOneAndLearnTogether(context) {
  const { tabs } = context;
  await tabs.pass(20_000);
  const before = tabs.asked;
  await tabs.pass(40_000);
  const asked = tabs.asked - before;
  // One tab asks 8 to 11 times.
  assert.ok(asked >= 8 && asked <= 13, `${asked} requests within 40 s`);
  activate(context);
  await tabs.next();
  // The others have heard of it and ask at once.
  await tabs.pass(300, 300);
  assert.deepEqual(tabs.list.map(isOver), [true, true, true], JSON.stringify(tabs.list));
}

tabsTest("three tabs ask as often as one, and learn the result together", ["resume", "waitUntilActive", "resume"], askAsOneAndLearnTogether);

tabsTest("three tabs without Web Locks ask as often as one, and learn the result together", ["waitUntilActive", "resume", "waitUntilActive"],
  askAsOneAndLearnTogether, () => delete Navigator.prototype.locks);

tabsTest("another tab asks within 5 s when the tab that asked last is closed", ["resume", "waitUntilActive", "waitUntilActive"], async ({ tabs }) => {
  const [first, second, third] = tabs.list;
  await tabs.pass(20_000);
  // The window of the first one stays for the end of the test.
  await tabs.stop(first);
  while ((await tabs.next()) !== second);
  await tabs.close(second);
  assert.equal(await tabs.next(), third);
});

tabsTest("a visible tab asks within 5 s when the tab that asked last is hidden", ["waitUntilActive", "resume"], async ({ tabs, around }) => {
  await tabs.pass(20_000);
  const last = await tabs.next();
  await tabs.goTo(last);
  const show = await around.hide();
  const hiddenAsked = last.asked;
  const next = await tabs.next();
  assert.notEqual(next, last);
  await tabs.pass(20_000);
  assert.equal(last.asked, hiddenAsked, "the hidden tab leaves it to the visible one");
  await tabs.goTo(last);
  await show();
});

tabsTest("a hidden tab asks within 15 s when the visible tab that asked last is closed", ["resume", "waitUntilActive"], async ({ tabs, around }) => {
  const [hidden, visible] = tabs.list;
  await tabs.goTo(hidden);
  const show = await around.hide();
  await tabs.pass(20_000);
  assert.equal(await tabs.next(), visible);
  await tabs.close(visible);
  assert.ok(await around.isHidden());
  assert.equal(await tabs.next(AWAY_MS), hidden);
  await show();
});

/** Runs in a tab: holds the lock of a check, as a tab does that stands still. */
const holdLock = (id) => new Promise((isHeld) => {
  navigator.locks.request(`connect-flow:${id}`, () => new Promise(() => isHeld(true)));
});

for (const way of ["resume", "waitUntilActive"]) {
  tabsTest(`a tab that waits by ${way} does not ask while another one is asking`, [way], async ({ tabs, browser, account, around }) => {
    await tabs.pass(20_000);
    await tabs.next();
    await browser.execute(holdLock, account.connectedAccountId);
    // Both tabs start at the same moment, so the message of the other one arrives while this one requests the lock.
    await browser.execute((id) => {
      const { request } = navigator.locks;
      const other = new BroadcastChannel(`connect-flow:${id}`);
      const here = new BroadcastChannel(`connect-flow:${id}`);
      navigator.locks.request = (...values) => {
        globalThis.hasRequested = true;
        const heard = new Promise((hear) => (here.onmessage = hear));
        other.postMessage({ check: "" });
        return globalThis.e2eAround.waitFor(heard).then(() => request.apply(navigator.locks, values));
      };
    }, account.connectedAccountId);
    const [{ asked }] = tabs.list;
    await around.passUntil("the tab requests the lock", () => browser.execute(() => globalThis.hasRequested), Boolean);
    // Without the message, it would ask after 250 ms.
    await tabs.pass(500, 500);
    assert.equal(tabs.asked, asked);
  });
}

/** Runs in a tab: a second flow waits for the account. */
async function resumeAgain(flowId) {
  const { page } = globalThis;
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  const [flow, { stop }] = [client.resume({ flowId }), page];
  page.stop = () => (flow.dispose(), stop());
}

/** Runs in a tab: its user leaves and comes back, which makes a check due in all of its flows. */
function comeBack() {
  for (const hasFocus of [false, true]) {
    document.hasFocus = () => hasFocus;
    dispatchEvent(new Event("focus"));
  }
}

tabsTest("two flows that start a check at the same moment do not wait for each other while another tab stands still", ["resume"], async ({ tabs, browser, account }) => {
  await browser.execute(resumeAgain, account.flowId);
  await tabs.pass(20_000);
  await browser.execute(holdLock, account.connectedAccountId);
  const before = tabs.asked;
  await browser.execute(comeBack);
  // Each check is put off for 250 ms.
  await tabs.pass(300, 300);
  assert.ok(tabs.asked > before);
});

tabsTest("a tab asks within 5 s though another one stands still during a check", ["resume", "waitUntilActive"], async ({ tabs, browser, account }) => {
  await tabs.pass(20_000);
  const last = await tabs.next();
  await tabs.goTo(last);
  await browser.execute(holdLock, account.connectedAccountId);
  await tabs.stop(last);
  const [left] = tabs.list;
  for (let checks = 0; checks < 3; checks += 1) assert.equal(await tabs.next(), left);
});

tabsTest("a flow that is disposed of leaves no lock and no listener", ["resume"], async ({ tabs, browser, account }) => {
  await tabs.pass(10_000);
  const [tab] = tabs.list;
  await browser.execute(() => globalThis.page.stop());
  const { held, pending } = await browser.execute(() => navigator.locks.query());
  assert.deepEqual([held, pending], [[], []]);
  const before = tab.asked;
  await browser.execute((id) => new BroadcastChannel(`connect-flow:${id}`).postMessage({ check: "decided" }), account.connectedAccountId);
  await tabs.pass(20_000, 20_000);
  assert.equal(tab.asked, before);
});
