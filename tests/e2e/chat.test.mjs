// An action on an app that is not connected: the chat connects it, then runs the action exactly once, whatever interrupts the user.
// `CHAT_RUNS=100 npm test -- "e2e chromium" tests/e2e/chat.test.mjs` makes a hundred runs. By default each interruption happens once.
import assert from "node:assert/strict";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";

const runs = Number(process.env.CHAT_RUNS ?? 0);

/** What the chat shows. Runs in the page. */
function readChat() {
  const lines = [...document.querySelectorAll("#lines > li")];
  const last = lines.at(-1);
  return JSON.stringify({
    isReady: document.body.dataset.ready === "true", last: last?.innerText ?? "", state: last?.dataset.state, canConnect: Boolean(last?.querySelector('[data-testid="connect"]')),
    agent: lines.filter((line) => line.matches(".agent")).map((line) => line.innerText),
  });
}

/** The chat page as a user handles it. */
function chatOf({ app, browser, provider }) {
  const until = (what, isIt) => app.until(what, isIt);
  app.read = async () => JSON.parse(await browser.execute(readChat));
  const press = (name) => app.press(name);
  const chat = {
    canConnect: () => until("the chat shows the button", ({ canConnect, state }) => canConnect && state === "ready"),
    answers: () => until("the agent answers", ({ agent }) => agent.length > 0),
    openPopup: () => popup(browser, () => press("connect")),
    connect: async () => {
      const window = await chat.openPopup();
      await provider.agree("Jessica");
      await window.closed();
    },
    press,
    /** Asks once more in a chat that has nothing left to do. Returns how many actions have run in all. */
    askAgain: async () => {
      await until("the chat is ready", ({ isReady }) => isReady);
      await press("ask");
      await chat.answers();
      return 2;
    },
    reload: () => browser.refresh(),
  };
  return chat;
}

/** How a user gets from the button to the account. One that asks again returns how many actions have run in all. */
const interruptions = {
  "nothing": (chat) => chat.connect(),
  "a reload before the click": async (chat) => {
    await chat.reload();
    await chat.canConnect();
    await chat.connect();
  },
  "a reload while the popup is open": async (chat, { browser, provider }) => {
    const window = await chat.openPopup();
    await provider.asks();
    await window.leave();
    await chat.reload();
    await browser.switchToWindow(window.handle);
    await provider.agree("Jessica");
    await window.closed();
  },
  "a closed popup": async (chat, { isHidden }) => {
    const window = await chat.openPopup();
    await window.close();
    // The page cannot see that this popup was closed, so the user says so.
    if (isHidden) await chat.press("cancel");
    await chat.canConnect();
    await chat.connect();
  },
  "a denied consent": async (chat, { provider }) => {
    const window = await chat.openPopup();
    await provider.signIn("Jessica");
    await provider.deny();
    await window.closed();
    await chat.canConnect();
    const second = await chat.openPopup();
    await provider.agree("Jessica").catch(() => provider.allow());
    await second.closed();
  },
  "a blocked popup, so that the page leaves": async (chat, { browser, provider }) => {
    await browser.execute(() => void (window.open = () => null));
    await chat.press("connect");
    await provider.agree("Jessica");
  },
  "a reload right after the return": async (chat) => {
    await chat.connect();
    await chat.answers();
    await chat.reload();
    return chat.askAgain();
  },
  "a connection in another tab of the same chat": async (chat, { app, browser }) => {
    const id = await browser.execute(() => sessionStorage.getItem("demo:waiting-call"));
    const tab = await openTab(browser);
    await browser.url(app.urlOf("/chat"));
    await browser.execute((value) => sessionStorage.setItem("demo:waiting-call", value), id);
    await chat.reload();
    await chat.canConnect();
    await chat.connect();
    await chat.answers();
    await tab.leave();
    await chat.reload();
    return chat.askAgain();
  },
};

const names = Object.keys(interruptions);

for (const coop of [false, true]) {
  const test = scenarios({ coop, inOneEngine: true });
  const count = Math.max(names.length, Math.ceil(runs / 2));
  for (let run = 0; run < count; run += 1) {
    const name = names[run % names.length];
    test(`an action runs exactly once after ${name}${coop ? ", at a provider with COOP" : ""}, run ${run + 1}`, async (context) => {
      const { app, platform, browser, expectTrouble } = context;
      // The first try, which no account can answer.
      expectTrouble(/status 404: POST .*\/tools\/execute\/GMAIL_GET_PROFILE/);
      const chat = chatOf(context);
      await browser.url(app.urlOf("/chat"));
      await app.until("the chat is ready", ({ isReady }) => isReady);
      await chat.press("ask");
      await chat.canConnect();
      const count = await interruptions[name](chat, { ...context, isHidden: coop });
      const { agent } = await chat.answers();
      assert.deepEqual(agent, ["The mailbox belongs to jessica@demo.example."]);
      const executed = platform.exchanges().filter(({ path, text }) => path.includes("/tools/execute/") && JSON.parse(text).successful);
      assert.equal(executed.length, count ?? 1);
      assert.equal(platform.accounts().filter(({ status }) => status === "ACTIVE").length, 1);
    });
  }
}
