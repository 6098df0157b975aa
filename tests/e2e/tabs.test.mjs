import assert from "node:assert/strict";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab } from "./support/tabs.mjs";

const test = scenarios();

/** Starts an attempt in the page, which stays; gives its flow id. */
const start = (browser) => browser.execute(async () => {
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  return (await client.initiateConnection({ app: "gmail" })).flowId;
});

/** The flow id of the attempt that a new client of the page takes up. */
const resumed = (browser, entityId = "Jessica") => browser.execute(async (id) => {
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: id });
  const flow = client.resume();
  const flowId = flow && flow.getSnapshot().flowId;
  if (flow) flow.dispose();
  return flowId;
}, entityId);

const isLoaded = (browser) => browser.waitUntil(() => browser.execute(() => "connectFlow" in globalThis), { interval: 40 });

test("a tab that is reloaded takes up its own attempt, and a tab with none the newest", async ({ platform, browser }) => {
  const page = await openModulePage(browser, platform);
  try {
    const first = await start(browser);
    const other = await openTab(browser);
    await browser.url(page.url);
    await isLoaded(browser);
    assert.equal(await resumed(browser), first, "the only one");
    const second = await start(browser);
    assert.notEqual(second, first);
    await other.leave();
    await browser.refresh();
    await isLoaded(browser);
    assert.equal(await resumed(browser), first);
    assert.equal(await resumed(browser, "Melissa"), null);
    // There and back again, as by a redirect.
    await browser.url("about:blank");
    await browser.url(page.url);
    await isLoaded(browser);
    assert.equal(await resumed(browser), first);
    await browser.switchToWindow(other.handle);
    await browser.refresh();
    await isLoaded(browser);
    assert.equal(await resumed(browser), second);
    const third = await openTab(browser);
    await browser.url(page.url);
    await isLoaded(browser);
    assert.equal(await resumed(browser), second);
    await third.leave();
  } finally {
    await page.close();
  }
});
