// The provider isolates its pages (Cross-Origin-Opener-Policy): to the page that opened it, the popup looks closed at once.
import assert from "node:assert/strict";
import { hurry } from "./support/clock.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const test = scenarios({ coop: true, hasFocus: true });

const statuses = (platform) => platform.accounts().map(({ status }) => status);

/** Gets the user into the popup, and the page to note what it shows when: nobody can look at it without taking the focus. */
async function begin({ app, browser }) {
  await app.open();
  await app.chooseMode("popup");
  await app.choose("gmail");
  await app.until("it is up to the user", ({ isReady, steps }) => isReady && steps[1] === "active");
  await browser.execute(() => {
    const start = Date.now();
    window.shown = [];
    const note = () => {
      const code = document.querySelector('[data-testid="error"]')?.dataset.code;
      window.shown.push([Date.now() - start, code ?? document.getElementById("progress").textContent]);
    };
    new MutationObserver(note).observe(document.querySelector(".steps"), { subtree: true, childList: true, characterData: true });
  });
  return popup(browser, () => app.press("submit"));
}

const shown = async (browser) => JSON.parse(await browser.execute(() => JSON.stringify(window.shown)));

test("who types in a popup that looks closed is waited for, and connected", async (context) => {
  const { app, provider, platform, browser, front } = context;
  const undo = hurry(front, 4);
  try {
    const window = await begin(context);
    await provider.asks();
    // Far longer than it takes to believe that a popup is closed, by the clock of the pages.
    const spent = () => browser.execute(() => performance.now());
    const begunMs = await spent();
    await until(browser, "the user has typed for long", spent, (ms) => ms - begunMs > 4_000);
    await provider.agree("Jessica");
    await window.closed();
  } finally {
    undo();
  }
  const seen = await app.shows("ACTIVE");
  const [account, ...others] = platform.accounts();
  assert.deepEqual([others, account.status, seen.card.id], [[], "ACTIVE", account.id]);
  assert.deepEqual([seen.error, seen.pending, seen.steps], [undefined, [], Array(5).fill("done")]);
  const notes = await shown(browser);
  assert.deepEqual(notes.filter(([, text]) => /popup_closed|Cancelled/.test(text)), []);
  assert.ok(notes.some(([, text]) => /Finish in the other window/.test(text)), JSON.stringify(notes));
});

test("who denies in a popup that looks closed is told so", async (context) => {
  const { app, provider, platform } = context;
  const window = await begin(context);
  await provider.signIn("Jessica");
  await provider.deny();
  await window.closed();
  await app.fails("access_denied");
  assert.deepEqual(statuses(platform), ["FAILED"]);
});
