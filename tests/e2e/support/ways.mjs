import { routes } from "../../faults/support/flows.mjs";
import { Around } from "./around.mjs";
import { engine } from "./engines.mjs";
import { ReactPage } from "./react-page.mjs";
import { popup } from "./tabs.mjs";
import { until } from "./until.mjs";

/**
 * The three ways from the demo to the provider, with an app that asks one question, each as `way(context)`:
 * `open()` the page, `load()` the question, which `asks()` waits for, `submit()` the answer; `send()` does that and gives the popup
 * where there is one. Then the user is at the provider. `isOver` tells of what the page shows whether it is connected, `isWaiting`
 * whether it does not know yet; `fails(code)` of an error.
 */
const ofDemo = (mode) => ({ app, browser, platform }) => ({
  page: app,
  open: async () => {
    await app.open();
    await app.chooseMode(mode);
  },
  load: () => app.choose("zendesk"),
  asks: () => app.until("it asks", ({ isReady, fields }) => isReady && fields.some(({ name }) => name === "subdomain")),
  ...answers(app, browser, mode),
  fails: (code) => ({ isReady, error }) => isReady && error?.code === code,
  isWaiting: ({ isReady, error }) => !isReady && !error,
  isOver: ({ isReady, error, card, pending }) =>
    isReady && !error && card?.status === "ACTIVE" && card.id === platform.accounts()[0].id && pending.length === 0,
});

const ofReact = (mode) => ({ browser, platform }) => {
  const page = new ReactPage(browser, platform.appUrl);
  return {
    page,
    // With another app: the module is loaded when there is a flow.
    open: () => page.open({ mode, app: "gmail" }),
    load: () => page.press("app-zendesk"),
    asks: () => page.until("it asks", ({ state, fields }) => state === "ready" && fields.length === 1),
    ...answers(page, browser, mode),
    fails: (code) => ({ state, error }) => state === "failed" && error?.code === code,
    isWaiting: ({ state, error }) => ["waiting", "verifying"].includes(state) && !error,
    isOver: ({ state, card }) => state === "connected" && card?.status === "ACTIVE" && card.id === platform.accounts()[0].id,
  };
};

function answers(page, browser, mode) {
  const submit = () => page.submit({ subdomain: "acme" });
  return { submit, send: mode === "popup" ? () => popup(browser, submit) : submit };
}

/** By their names in docs/faults.md. */
export const ways = {
  /** `getExpectedParamsForUser`, `initiateConnection`, `redirect`, `completeConnection`. */
  calls: ofDemo("redirect"),
  /** A flow that leaves the page. */
  redirect: ofReact("redirect"),
  /** A flow by popup. */
  popup: ofDemo("popup"),
};

/**
 * A function like `test`, for a test on each way; on the last one in engines other than Chromium, as engines differ in windows and
 * networks, and not in what the client makes of them on each way. The body also gets `around`, see there; `at`, the way;
 * `is(name)`, which tells requests of a name in docs/faults.md; and `statuses()`, of all accounts.
 * @param scenario what `scenarios` gives. Options of a test: `only`, names of ways; `isAsked`, whether it begins with the question on
 * the page; `atCallback(routes)`, see around.mjs.
 */
export const onEachWay = (scenario) => (name, body, { only = Object.keys(ways), isAsked = false, atCallback } = {}) => {
  for (const way of engine.name === "chromium" ? only : only.slice(-1)) {
    scenario(`${way}: ${name}`, async (context) => {
      const around = new Around(context, atCallback?.(routes));
      const at = ways[way](context);
      try {
        if (isAsked) await ask(at);
        await body({
          ...context,
          around,
          at,
          is: (route) => (request) => fits(routes[route], request),
          statuses: () => context.platform.accounts().map(({ status }) => status),
        });
      } finally {
        await around.undo();
      }
    });
  }
};

async function ask(at) {
  await at.open();
  await at.load();
  await at.asks();
}

function fits([method, pattern], request) {
  const [asked, path] = request.split(" ");
  return asked === method && pattern.test(path);
}

/**
 * The user is back at the callback page, and the platform has not noted it yet.
 * @returns what has it noted.
 */
export async function returnsBeforeTheEnd({ at, around, is, browser, provider, platform }) {
  await at.send();
  await provider.signIn("Jessica");
  await provider.shows("Allow access?");
  const decide = await platform.stall();
  await provider.allow();
  await until(browser, "it has asked", () => around.asked(), (requests) => requests.some(is("account")));
  await around.pass(0);
  return decide;
}
