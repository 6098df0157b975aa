// The faults of docs/faults.md that need a browser. More of them are in the test files faults, interrupted, callback and popup.
import assert from "node:assert/strict";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const test = scenarios();
const inOneEngine = scenarios({ inOneEngine: true });
const statuses = (platform) => platform.accounts().map(({ status }) => status);

test("a callback is rejected with an error when the storage was full at the start", async ({ app, provider, platform, browser }) => {
  await app.open();
  await browser.execute(fill);
  await app.choose("gmail");
  await provider.agree("Jessica");
  const seen = await app.fails("callback_unbound");
  assert.deepEqual([seen.card, seen.pending], [undefined, []]);
  assert.deepEqual(statuses(platform), ["ACTIVE"]);

  await browser.execute(() => localStorage.clear());
  await app.open();
  await app.choose("gmail");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
});

/** Runs in the page: fills localStorage. */
function fill() {
  for (let size = 2 ** 22; size >= 1; size /= 2) {
    try {
      for (let n = 0; ; n += 1) localStorage.setItem(`fill-${size}-${n}`, "x".repeat(size));
    } catch {
      // QuotaExceededError: continue with smaller values.
    }
  }
}

test("an attempt whose tab was closed at the provider is listed in the next tab", async ({ app, provider, platform, browser }) => {
  await app.open();
  const second = await openTab(browser);
  await app.open();
  await app.choose("gmail");
  await provider.asks();
  await second.close();
  await app.open();
  await app.until("the pending notice is shown", ({ isReady, pending }) => isReady && pending.length === 1 && pending[0].app === "gmail");
  await app.press("pending-restart");
  await provider.agree("Jessica");
  const seen = await app.shows("ACTIVE");
  assert.deepEqual(seen.pending, []);
  assert.deepEqual(statuses(platform), ["INITIATED", "ACTIVE"]);
});

test("a callback page that is reloaded during the status check repeats it", async ({ app, provider, platform, browser }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  const isStatusCheck = ({ path }) => path.includes("/connected_accounts/ca_");
  const recover = platform.sandbox.fault({ kind: "hang", method: "GET", path: /connected_accounts\/ca_/, times: Infinity });
  await provider.allow();
  await until(browser, "the status check is sent", () => platform.calls("GET"), (calls) => calls.some(isStatusCheck));
  recover();
  await browser.refresh();
  const seen = await app.shows("ACTIVE");
  assert.deepEqual([seen.pending, seen.url], [[], `${platform.appUrl}/`]);
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
});

inOneEngine("a network that is lost and back while the popup is open does not prevent the connection", async ({ app, provider, platform, browser, front, expectTrouble }) => {
  expectTrouble(/: .*\/api\/connect\//);
  await app.open();
  await app.chooseMode("popup");
  await app.choose("gmail");
  await app.until("the connect button is ready", ({ isReady, steps }) => isReady && steps[1] === "active");
  const window = await popup(browser, () => app.press("submit"));
  await provider.signIn("Jessica");
  const before = front.requests().length;
  const restore = front.cutOff("/api/connect/");
  await until(browser, "a status check has failed", () => front.requests().slice(before), (asked) => asked.some(({ url }) => url.includes("/api/connect/")));
  restore();
  await provider.allow();
  await window.closed();
  const seen = await app.shows("ACTIVE");
  assert.deepEqual([seen.error, seen.pending], [undefined, []]);
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
});
