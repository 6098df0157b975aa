import { Page } from "./page.mjs";

/** The elements of the parts in www/react/parts, which have no test ids. */
const parts = { submit: "form [type=submit]", retry: ".alert .primary", cancel: ".connect > .actions button" };

/** The page where an app is connected with React, as a user sees and handles it. */
export class ReactPage extends Page {
  constructor(browser, appUrl) {
    super(browser, readPage);
    this.url = `${appUrl}/react`;
  }

  /** Opens the page with an app chosen, for example `{ app: "gmail", mode: "popup", user: "Melissa" }`. */
  async open(parameters = {}) {
    await this.browser.url(this.address(parameters));
    return parameters.app ? this.is("ready") : this.until("the apps are there", ({ apps }) => apps > 0);
  }

  address(parameters) {
    return [this.url, new URLSearchParams(parameters).toString()].filter(Boolean).join("?");
  }

  selectorOf(name) {
    return parts[name] ?? (name.startsWith("field-") ? `[data-name="${name.slice(6)}"]` : super.selectorOf(name));
  }

  /** The demo shows the account one render after the part has told it. */
  is(state, options) {
    return this.until(`the flow is ${state}`, (seen) => seen.state === state && (state !== "connected" || seen.card), options);
  }
}

/** Runs in the page. */
function readPage() {
  const all = (testId, root = document) => [...root.querySelectorAll(`[data-testid="${testId}"]`)];
  const text = (element) => element?.innerText.trim();
  const flow = document.querySelector(".connect");
  const error = document.querySelector(".alert") ?? undefined;
  const card = all("account-card")[0];
  const badge = all("flow-state")[0];
  const focus = document.activeElement;
  return JSON.stringify({
    url: location.href,
    apps: document.querySelectorAll(".app").length,
    state: flow?.dataset.state,
    app: document.querySelector(".app[aria-current]")?.dataset.testid.replace("app-", ""),
    said: text(flow?.querySelector("[role=status]")),
    badge: badge && { text: text(badge), tone: badge.dataset.tone },
    error: error && { code: all("error-code")[0]?.textContent, text: text(error), canRetry: Boolean(error.querySelector(".primary")) },
    card: card && { status: text(all("account-status", card)[0]), id: text(all("account-id", card)[0]), entity: text(all("account-entity", card)[0]) },
    existing: text(all("existing")[0]),
    fields: [...document.querySelectorAll("form input, form select")].map((input) => ({
      name: input.dataset.name,
      type: input.type,
      value: input.value,
      isInvalid: input.getAttribute("aria-invalid") === "true",
    })),
    focused: focus.dataset.testid ?? (focus.dataset.name && `field-${focus.dataset.name}`) ?? (focus === document.body ? "BODY" : `${focus.tagName}: ${text(focus)}`),
  });
}
