// An action on an app that is not connected: the chat connects it, then runs the action exactly once, whatever interrupts the user.
// `CHAT_RUNS=100 npm test -- "e2e chromium" tests/e2e/chat.test.mjs` makes a hundred runs with one interruption each. By default one user
// meets as many interruptions as possible.
import assert from "node:assert/strict";
import { engine } from "./support/engines.mjs";
import { click } from "./support/hands.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";
import { readChanges } from "./support/until.mjs";

const runs = Number(process.env.CHAT_RUNS ?? 0);

/** What the chat shows. Runs in the page. */
function readChat() {
  const lines = [...document.querySelectorAll("#lines > li")];
  const last = lines.at(-1);
  const card = last?.querySelector("[data-state]") ?? last;
  return JSON.stringify({
    isReady: document.getElementById("ask")?.disabled === false,
    last: last?.innerText ?? "",
    // With React, the same card shows how an attempt has ended.
    canConnect: ["ready", "failed", "cancelled"].includes(card?.dataset.state) && Boolean(card.querySelector("button.primary")),
    agent: lines.filter((line) => line.matches(".agent")).map((line) => line.innerText),
  });
}

/** The chat page as a user handles it. The parts of React have no test ids. */
function chatOf({ app, browser, provider }, url) {
  const until = (what, isIt) => app.until(what, isIt);
  app.read = readChanges(browser, readChat);
  const buttons = { ask: "#ask", connect: ".line.connect:last-child button.primary", cancel: ".line.connect:last-child button.plain" };
  const press = (name) => click(browser, buttons[name]);
  const chat = {
    url,
    canConnect: () => until("the chat shows the button", ({ canConnect }) => canConnect),
    answers: (count = 1) => until("the agent answers", ({ agent }) => agent.length === count),
    waits: () => until("the chat waits for the other window", ({ last }) => /in another window/.test(last)),
    hasWaited: () => until("the other window has answered", ({ last }) => /Another window has answered/.test(last)),
    openPopup: () => popup(browser, () => press("connect")),
    connect: async () => {
      const window = await chat.openPopup();
      await provider.agree("Jessica");
      await window.closed();
    },
    press,
    pressIfShown: (name) => browser.execute((selector) => document.querySelector(selector)?.click(), buttons[name]),
    /** Asks once more in a chat that has nothing left to do. Returns how many actions have run in all. */
    askAgain: async () => {
      await until("the chat is ready", ({ isReady }) => isReady);
      const { agent } = await app.read();
      await press("ask");
      await chat.answers(agent.length + 1);
      return 2;
    },
    reload: () => browser.refresh(),
  };
  return chat;
}

const RELOAD_FIRST = "a reload before the click";
const DENIED = "a denied consent";
const CLOSED = "a closed popup";
const RELOAD_DURING = "a reload while the popup is open";
const BLOCKED = "a blocked popup, so that the page leaves";
const SECOND_TAB = "a second tab with the same question";
const RELOAD_AFTER = "a reload right after the return";

/** What interrupts a user: `before` the attempt that connects, during it (`connect`), or `after` it. `after` returns how many actions have run in all. */
const interruptions = {
  [RELOAD_FIRST]: {
    before: async (chat) => {
      await chat.reload();
      await chat.canConnect();
    },
  },
  [DENIED]: {
    before: async (chat, { provider }) => {
      const window = await chat.openPopup();
      await provider.signIn("Jessica");
      await provider.deny();
      await window.closed();
      await chat.canConnect();
    },
  },
  [CLOSED]: {
    before: async (chat, { provider, isHidden }) => {
      const window = await chat.openPopup();
      await provider.asks();
      await window.close();
      // The page cannot see that this popup was closed, so the user says so, unless the focus has told the page first.
      if (isHidden) await chat.pressIfShown("cancel");
      await chat.canConnect();
    },
  },
  [RELOAD_DURING]: {
    connect: async (chat, { browser, provider }) => {
      const window = await chat.openPopup();
      await provider.asks();
      await window.leave();
      await chat.reload();
      await browser.switchToWindow(window.handle);
      await provider.agree("Jessica");
      await window.closed();
    },
  },
  [BLOCKED]: {
    connect: async (chat, { browser, provider }) => {
      await browser.execute(() => void (window.open = () => null));
      await chat.press("connect");
      await provider.agree("Jessica");
    },
  },
  [SECOND_TAB]: {
    connect: async (chat, { browser }) => {
      const id = await browser.execute(() => sessionStorage.getItem("demo:waiting-call"));
      const tab = await openTab(browser);
      await browser.url(chat.url);
      await browser.execute((value) => sessionStorage.setItem("demo:waiting-call", value), id);
      await chat.reload();
      await chat.waits();
      await tab.leave();
      await chat.connect();
      await chat.answers();
      await browser.switchToWindow(tab.handle);
      await chat.hasWaited();
      await tab.leave();
    },
  },
  [RELOAD_AFTER]: {
    after: async (chat) => {
      await chat.answers();
      await chat.reload();
      return chat.askAgain();
    },
  },
};

const names = Object.keys(interruptions);
const paths = { "": "/chat", " with React": "/react/chat" };

/** The interruptions of each user. With `coop`, the provider hides the popup from the page. */
const users = [
  { met: [RELOAD_FIRST, DENIED, CLOSED, RELOAD_DURING, RELOAD_AFTER] },
  { met: [DENIED, CLOSED, RELOAD_DURING], coop: true },
  { met: [RELOAD_FIRST, DENIED, CLOSED, RELOAD_DURING, RELOAD_AFTER], label: " with React" },
  { met: [BLOCKED] },
  { met: [BLOCKED], label: " with React" },
  { met: [SECOND_TAB] },
  { met: [SECOND_TAB], label: " with React" },
];

/** `label` says which demo. */
function declare({ label = "", coop = false, met }, run) {
  const title = `an action${label} runs exactly once after ${met.join("; ")}${coop ? ", at a provider with COOP" : ""}${run ? `, run ${run}` : ""}`;
  scenarios({ coop })(title, async (context) => {
    const { app, platform, browser, expectTrouble } = context;
    // The first try, which no account can answer.
    expectTrouble(/status 404: POST .*\/tools\/execute\/GMAIL_GET_PROFILE/);
    const chat = chatOf(context, app.urlOf(paths[label]));
    await browser.url(chat.url);
    await app.until("the chat is ready", ({ isReady }) => isReady);
    await chat.press("ask");
    await chat.canConnect();
    const at = (moment) => met.map((name) => interruptions[name][moment]).filter(Boolean);
    for (const interrupt of at("before")) await interrupt(chat, { ...context, isHidden: coop });
    const [connect = chat.connect] = at("connect");
    await connect(chat, context);
    let count = 1;
    for (const interrupt of at("after")) count = await interrupt(chat);
    const { agent } = await chat.answers();
    assert.deepEqual(agent, ["The mailbox belongs to jessica@demo.example."]);
    const executed = platform.exchanges().filter(({ path, text }) => path.includes("/tools/execute/") && JSON.parse(text).successful);
    assert.equal(executed.length, count);
    assert.equal(platform.accounts().filter(({ status }) => status === "ACTIVE").length, 1);
  });
}

if (runs) {
  for (const label of Object.keys(paths)) {
    for (const coop of [false, true]) {
      for (let run = 0; run < runs / 4; run += 1) declare({ label, coop, met: [names[run % names.length]] }, run + 1);
    }
  }
} else if (engine.name !== "chromium") {
  // Engines can differ in the storage of a popup, and in locks between windows.
  declare({ label: " with React", met: [RELOAD_DURING] });
} else {
  for (const user of users) declare(user);
}
