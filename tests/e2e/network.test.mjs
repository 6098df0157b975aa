// Unknown hosts and lost networks, as docs/faults.md has them, produced by the browser.
import assert from "node:assert/strict";
import { routes } from "../faults/support/flows.mjs";
import { engine } from "./support/engines.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { onEachWay, returnsBeforeTheEnd } from "./support/ways.mjs";

const test = onEachWay(scenarios());

/** Failed requests to the gateway and to the tests' own notes. */
const failedRequests = /: .*\/(api\/connect\/|e2e\/notes)/;

/** Runs `act`, which must fail with `network`. Returns how often the page sent the request. */
async function countUntilFailed(route, act, { at, around, is }) {
  const requests = await around.askedBy(async () => {
    await act();
    await around.passUntil(`it fails at ${route}`, () => at.page.read(), at.fails("network"));
  });
  return requests.filter(is(route)).length;
}

/** Asserts that the page still waits. */
async function assertIsWaiting({ at }) {
  const seen = await at.page.read();
  assert.ok(at.isWaiting(seen), JSON.stringify(seen));
}

const untilConnected = ({ at, around }) => around.passUntil("it is connected", () => at.page.read(), at.isOver);

test("a request to an unknown host is retried, and connects once the host is found", async (context) => {
  const { at, around, is, browser, provider, platform, statuses, expectTrouble } = context;
  expectTrouble(...engine.nameNotFound);
  await at.open();
  await around.hold();
  const failsWithoutName = async (route, act) => {
    await around.lose(routes[route]);
    const times = await countUntilFailed(route, act, context);
    await around.lose(null);
    return times;
  };
  assert.equal(await failsWithoutName("integrations", at.load), 3);
  assert.equal(await failsWithoutName("fields", () => at.page.press("retry")), 3);
  await at.page.press("retry");
  await at.asks();
  assert.equal(await failsWithoutName("link", at.submit), 1, "initiate is not retried");
  assert.deepEqual(platform.accounts(), []);

  await at.page.press("retry");
  await at.asks();
  const window = await at.send();
  await provider.signIn("Jessica");
  const goesOn = async () => {
    const isRetried = (requests) => requests.filter(is("account")).length >= 3;
    await around.passUntil("the status check is retried", () => around.asked(), isRetried);
    await assertIsWaiting(context);
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
  await untilConnected(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { atCallback: ({ account }) => ({ isHeld: true, lost: account }) });

test("a request without a network fails, and connects once the network is back", async (context) => {
  const { at, around, provider, platform, statuses, expectTrouble } = context;
  expectTrouble(failedRequests);
  await at.open();
  await around.hold();
  const failsOffline = async (route, act) => {
    const comeBack = await around.goOffline();
    const times = await countUntilFailed(route, act, context);
    await comeBack();
    return times;
  };
  assert.equal(await failsOffline("integrations", at.load), 3);
  await at.page.press("retry");
  await at.asks();
  assert.equal(await failsOffline("link", at.submit), 1, "initiate is not retried");
  assert.deepEqual(platform.accounts(), []);

  await at.page.press("retry");
  await at.asks();
  const window = await at.send();
  await provider.agree("Jessica");
  await window?.closed();
  await untilConnected(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
});

test("a page behind a popup polls seldom without a network, and asks once when it is back", async (context) => {
  const { at, around, is, browser, provider, statuses, expectTrouble } = context;
  // The page checks the account when the popup returns, even if the browser reports no network.
  expectTrouble(failedRequests);
  const window = await at.send();
  await provider.signIn("Jessica");
  await provider.shows("Allow access?");
  await window.leave();
  await around.hold();
  assert.ok((await around.askedWithin(20_000)).filter(is("account")).length > 1, "a page with a network polls");

  const comeBack = await around.goOffline();
  assert.deepEqual(await around.askedWithin(9_000), []);
  assert.deepEqual((await around.askedByComingBack(comeBack)).map(is("account")), [true]);
  await assertIsWaiting(context);
  assert.deepEqual(statuses(), ["INITIATED"]);

  await around.goOffline();
  let comeBackAgain;
  const failed = await around.askedBy(async () => {
    await browser.switchToWindow(window.handle);
    await provider.allow();
    await window.closed();
    // Chromium's driver loses the offline setting when the popup closes.
    comeBackAgain = await around.goOffline();
    await around.pass(5_000);
  });
  assert.deepEqual(failed.map(is("account")), [true, true, true]);
  assert.deepEqual(await around.askedWithin(9_000), []);
  await assertIsWaiting(context);
  assert.deepEqual((await around.askedByComingBack(comeBackAgain)).map(is("account")), [true]);
  await untilConnected(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { only: ["popup"], isAsked: true });

test("a callback page polls seldom without a network, and asks once when it is back", async (context) => {
  const { around, is, statuses } = context;
  const decide = await returnsBeforeTheEnd(context);

  const comeBack = await around.goOffline();
  assert.deepEqual(await around.askedWithin(9_000), []);
  assert.deepEqual((await around.askedByComingBack(comeBack)).map(is("account")), [true]);
  await assertIsWaiting(context);
  decide();
  await untilConnected(context);
  assert.deepEqual(statuses(), ["ACTIVE"]);
}, { only: ["calls", "redirect"], isAsked: true, atCallback: () => ({ isHeld: true }) });
