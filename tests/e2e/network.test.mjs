// What docs/faults.md says of names that cannot be found and of networks that are gone, with the browser's own.
import assert from "node:assert/strict";
import { routes } from "../faults/support/flows.mjs";
import { engine } from "./support/engines.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { onEachWay, returnsBeforeTheEnd } from "./support/ways.mjs";

const test = onEachWay(scenarios());

/** What is asked in vain: of the platform, or what is noted for these tests. */
const vain = /: .*\/(api\/connect\/|e2e\/notes)/;

/** Runs `act`, which is to fail for want of a network, and gives how often the page has asked. */
async function failsAt(route, act, { at, around, is }) {
  const requests = await around.askedBy(async () => {
    await act();
    await around.passUntil(`it fails at ${route}`, () => at.page.read(), at.fails("network"));
  });
  return requests.filter(is(route)).length;
}

/** The page does not know yet, and says nothing else. */
async function waits({ at }) {
  const seen = await at.page.read();
  assert.ok(at.isWaiting(seen), JSON.stringify(seen));
}

const connects = ({ at, around }) => around.passUntil("it is connected", () => at.page.read(), at.isOver);

test("a name that cannot be found is asked for again, and once it is found, it connects", async (context) => {
  const { at, around, is, browser, provider, platform, statuses, expectTrouble } = context;
  expectTrouble(...engine.nameNotFound);
  await at.open();
  await around.hold();
  const failsWithoutName = async (route, act) => {
    await around.lose(routes[route]);
    const times = await failsAt(route, act, context);
    await around.lose(null);
    return times;
  };
  assert.equal(await failsWithoutName("integrations", at.load), 3);
  assert.equal(await failsWithoutName("fields", () => at.page.press("retry")), 3);
  await at.page.press("retry");
  await at.asks();
  assert.equal(await failsWithoutName("link", at.submit), 1, "no account is asked for twice");
  assert.deepEqual(platform.accounts(), []);

  await at.page.press("retry");
  await at.asks();
  const window = await at.send();
  await provider.signIn("Jessica");
  const goesOn = async () => {
    const isAskedFor = (requests) => requests.filter(is("account")).length >= 3;
    await around.passUntil("the account is asked for", () => around.asked(), isAskedFor);
    await waits(context);
    await around.lose(null);
  };
  if (window) {
    await window.leave();
    await around.lose(routes.account);
    await goesOn();
    await browser.switchToWindow(window.handle);
    await provider.allow();
    await window.closed();
  } else {
    await provider.allow();
    await goesOn();
  }
  await connects(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { atCallback: ({ account }) => ({ isHeld: true, lost: account }) });

test("what is asked without a network fails, and once that is back, it connects", async (context) => {
  const { at, around, provider, platform, statuses, expectTrouble } = context;
  expectTrouble(vain);
  await at.open();
  await around.hold();
  const failsOffline = async (route, act) => {
    const comeBack = await around.goOffline();
    const times = await failsAt(route, act, context);
    await comeBack();
    return times;
  };
  assert.equal(await failsOffline("integrations", at.load), 3);
  await at.page.press("retry");
  await at.asks();
  assert.equal(await failsOffline("link", at.submit), 1, "no account is asked for twice");
  assert.deepEqual(platform.accounts(), []);

  await at.page.press("retry");
  await at.asks();
  const window = await at.send();
  await provider.agree("Jessica");
  await window?.closed();
  await connects(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
});

test("without a network the page behind a popup asks seldom, and once that is back, it asks once", async (context) => {
  const { at, around, is, browser, provider, statuses, expectTrouble } = context;
  // At what the user comes back with from the popup it does look, whatever the browser says of the network.
  expectTrouble(vain);
  const window = await at.send();
  await provider.signIn("Jessica");
  await provider.shows("Allow access?");
  await window.leave();
  await around.hold();
  assert.ok((await around.askedWithin(20_000)).filter(is("account")).length > 1, "with a network it does");

  const comeBack = await around.goOffline();
  assert.deepEqual(await around.askedWithin(9_000), []);
  assert.deepEqual((await around.askedByComingBack(comeBack)).map(is("account")), [true]);
  await waits(context);
  assert.deepEqual(statuses(), ["INITIATED"]);

  await around.goOffline();
  let comeBackAgain;
  const inVain = await around.askedBy(async () => {
    await browser.switchToWindow(window.handle);
    await provider.allow();
    await window.closed();
    // With the popup Chromium has forgotten what it was told.
    comeBackAgain = await around.goOffline();
    await around.pass(5_000);
  });
  assert.deepEqual(inVain.map(is("account")), [true, true, true]);
  assert.deepEqual(await around.askedWithin(9_000), []);
  await waits(context);
  assert.deepEqual((await around.askedByComingBack(comeBackAgain)).map(is("account")), [true]);
  await connects(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { only: ["popup"], isAsked: true });

test("without a network a callback page asks seldom, and once that is back, it asks once", async (context) => {
  const { around, is, statuses } = context;
  const decide = await returnsBeforeTheEnd(context);

  const comeBack = await around.goOffline();
  assert.deepEqual(await around.askedWithin(9_000), []);
  assert.deepEqual((await around.askedByComingBack(comeBack)).map(is("account")), [true]);
  await waits(context);
  decide();
  await connects(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { only: ["calls", "redirect"], isAsked: true, atCallback: () => ({ isHeld: true }) });
