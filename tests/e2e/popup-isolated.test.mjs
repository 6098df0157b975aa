// The provider sets Cross-Origin-Opener-Policy. To the page that opened the popup, it then looks closed at once.
import assert from "node:assert/strict";
import { hurry } from "./support/clock.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const test = scenarios({ coop: true, hasFocus: true });
const inOneEngine = scenarios({ coop: true, hasFocus: true, inOneEngine: true });

const statuses = (platform) => platform.accounts().map(({ status }) => status);

/** Opens the popup. The page records what it shows over time, since WebDriver cannot read it without moving the focus. */
async function openRecordedPopup({ app, browser }) {
  await app.open();
  await app.chooseMode("popup");
  await app.choose("gmail");
  await app.until("the connect button is ready", ({ isReady, steps }) => isReady && steps[1] === "active");
  await browser.execute(() => {
    const start = Date.now();
    window.progress = [];
    const record = () => {
      const code = document.querySelector('[data-testid="error"]')?.dataset.code;
      window.progress.push([Date.now() - start, code ?? document.getElementById("progress").textContent]);
    };
    new MutationObserver(record).observe(document.querySelector(".steps"), { subtree: true, childList: true, characterData: true });
  });
  return popup(browser, () => app.press("submit"));
}

const recordedProgress = async (browser) => JSON.parse(await browser.execute(() => JSON.stringify(window.progress)));

test("a popup that looks closed still connects after a long sign-in", async (context) => {
  const { app, provider, platform, browser, front } = context;
  const undo = hurry(front, 4);
  try {
    const window = await openRecordedPopup(context);
    await provider.asks();
    // Far longer, by the pages' clock, than a page waits before it treats a popup as closed.
    const pageTimeMs = () => browser.execute(() => performance.now());
    const startedAtMs = await pageTimeMs();
    await until(browser, "four seconds of the page's time have passed", pageTimeMs, (ms) => ms - startedAtMs > 4_000);
    await provider.agree("Jessica");
    await window.closed();
  } finally {
    undo();
  }
  const seen = await app.shows("ACTIVE");
  const [account, ...others] = platform.accounts();
  assert.deepEqual([others, account.status, seen.card.id], [[], "ACTIVE", account.id]);
  assert.deepEqual([seen.error, seen.pending, seen.steps], [undefined, [], Array(5).fill("done")]);
  const progress = await recordedProgress(browser);
  assert.deepEqual(progress.filter(([, text]) => /popup_closed|Cancelled/.test(text)), []);
  assert.ok(progress.some(([, text]) => /Finish in the other window/.test(text)), JSON.stringify(progress));
});

inOneEngine("a denial in a popup that looks closed ends with access_denied", async (context) => {
  const { app, provider, platform } = context;
  const window = await openRecordedPopup(context);
  await provider.signIn("Jessica");
  await provider.deny();
  await window.closed();
  await app.fails("access_denied");
  assert.deepEqual(statuses(platform), ["FAILED"]);
});
