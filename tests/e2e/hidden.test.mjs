// Pages that are hidden and shown again, as docs/faults.md has them. The tests minimise the window.
import assert from "node:assert/strict";
import { Around } from "./support/around.mjs";
import { ConnectionsPage } from "./support/connections-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { onEachWay, returnsBeforeTheEnd } from "./support/ways.mjs";

const test = onEachWay(scenarios());

test("a hidden page behind a popup polls seldom, and asks once when it is shown", async (context) => {
  const { at, around, is, browser, provider, statuses } = context;
  const window = await at.send();
  await provider.signIn("Jessica");
  await provider.shows("Allow access?");
  await window.leave();
  await around.hold();
  assert.ok((await around.askedWithin(60_000)).filter(is("account")).length > 1, "a visible page polls");

  const show = await around.hide();
  assert.deepEqual(await around.askedWithin(9_000), []);
  assert.deepEqual((await around.askedByComingBack(show)).map(is("account")), [true]);
  assert.ok(at.isWaiting(await at.page.read()));
  assert.deepEqual(statuses(), ["INITIATED"]);

  const showAgain = await around.hide();
  await browser.switchToWindow(window.handle);
  await provider.allow();
  await window.closed();
  await around.passUntil("it is connected", () => at.page.read(), at.isOver);
  assert.ok(await around.isHidden(), "a hidden page checks the account when the popup returns");
  await showAgain();
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { only: ["popup"], isAsked: true });

test("a hidden callback page keeps polling", async (context) => {
  const { at, around, is, statuses } = context;
  const decide = await returnsBeforeTheEnd(context);

  const show = await around.hide();
  assert.ok((await around.askedWithin(10_000)).filter(is("account")).length > 1, "the callback page polls, because its user has already returned");
  decide();
  await around.passUntil("it is connected", () => at.page.read(), at.isOver);
  assert.ok(await around.isHidden());
  await show();
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { only: ["calls", "redirect"], isAsked: true, atCallback: () => ({ isHeld: true }) });

scenarios()("a list of connections requests nothing while its page is hidden, and the list when it is shown", async (context) => {
  const { browser, platform } = context;
  const around = new Around(context);
  try {
    await new ConnectionsPage(browser, platform.appUrl).open();
    await around.hold();
    assert.ok((await around.askedWithin(20_000)).length >= 2, "a visible page polls");
    const show = await around.hide();
    const tell = () => browser.execute(() => new BroadcastChannel("connect-flow:accounts").postMessage(0));
    assert.deepEqual(await around.askedBy(async () => {
      await tell();
      await around.pass(60_000);
    }), []);
    const asked = await around.askedBy(async () => {
      await show();
      await around.pass(1_000);
    });
    assert.ok(asked.length >= 2, "the lists of both users are requested");
    assert.ok(asked.every((request) => /^GET .*connected_accounts$/.test(request)), asked.join());
  } finally {
    await around.undo();
  }
});
