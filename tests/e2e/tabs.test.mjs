import assert from "node:assert/strict";
import { hasPackage, openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab } from "./support/tabs.mjs";

const test = scenarios();

/** Starts an attempt without leaving the page. Returns its flow id. */
const start = (browser) => browser.execute(async () => {
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  return (await client.initiateConnection({ app: "gmail" })).flowId;
});

/** The flow id of the attempt that a new client in the page resumes. */
const resumedFlowId = (browser, entityId = "Jessica") => browser.execute(async (id) => {
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: id });
  const flow = client.resume();
  const flowId = flow && flow.getSnapshot().flowId;
  if (flow) flow.dispose();
  return flowId;
}, entityId);

test("a reloaded tab resumes its own attempt, and a tab without one the newest", async ({ platform, browser }) => {
  const page = await openModulePage(browser, platform);
  try {
    const first = await start(browser);
    const other = await openTab(browser);
    await browser.url(page.url);
    await hasPackage(browser);
    assert.equal(await resumedFlowId(browser), first, "the only one");
    const second = await start(browser);
    assert.notEqual(second, first);
    await other.leave();
    await browser.refresh();
    await hasPackage(browser);
    assert.equal(await resumedFlowId(browser), first);
    assert.equal(await resumedFlowId(browser, "Melissa"), null);
    // Leaves the page and returns, as a redirect does.
    await browser.url("about:blank");
    await browser.url(page.url);
    await hasPackage(browser);
    assert.equal(await resumedFlowId(browser), first);
    await browser.switchToWindow(other.handle);
    await browser.refresh();
    await hasPackage(browser);
    assert.equal(await resumedFlowId(browser), second);
    const third = await openTab(browser);
    await browser.url(page.url);
    await hasPackage(browser);
    assert.equal(await resumedFlowId(browser), second);
    await third.leave();
  } finally {
    await page.close();
  }
});
