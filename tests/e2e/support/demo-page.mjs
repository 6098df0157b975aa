import { click } from "./hands.mjs";
import { Page } from "./page.mjs";

/** The demo page, as a user sees and handles it. */
export class DemoPage extends Page {
  /** @param base where the demo is: `/react`. */
  constructor(browser, appUrl, base = "") {
    super(browser, readPage);
    this.appUrl = appUrl;
    this.base = base;
  }

  /** Opens the page at a path of the demo, or at any URL, and waits until it can be used. */
  async open(path = "/") {
    await this.browser.url(this.urlOf(path));
    return this.ready();
  }

  /** The address of a path of the demo, with or without a query. A whole URL stays as it is. */
  urlOf(path) {
    if (!path.startsWith("/")) return path;
    const url = new URL(path, this.appUrl);
    url.pathname = url.pathname.replace(/\/$/, "") + this.base;
    return url.href;
  }

  ready() {
    return this.until("the demo page is ready", ({ isReady }) => isReady);
  }

  async choose(app) {
    await this.press(`app-${app}`);
  }

  async chooseEntity(name) {
    await this.#check(`entity-${name}`);
  }

  /** How to sign in: `popup` or `redirect`. */
  async chooseMode(name) {
    await this.#check(`mode-${name}`);
  }

  /** Waits until the page shows `status` for the account of the flow. */
  shows(status) {
    return this.until(`the page shows an account that is ${status}`, ({ isReady, card }) => isReady && card?.status === status);
  }

  /** Waits until the page shows an error with this code. */
  fails(code) {
    return this.until(`the page shows the error ${code}`, ({ isReady, error }) => isReady && error?.code === code);
  }

  /** Waits until the page waits for the user, who is elsewhere. */
  waits(pattern = /Finish in the/) {
    return this.until(`the page waits: ${pattern}`, ({ steps, says }) => steps[3] === "active" && pattern.test(says));
  }

  async #check(testId) {
    // The radio button itself is drawn by its label.
    await click(this.browser, `label:has([data-testid="${testId}"])`);
  }
}

/** Runs in the page. */
function readPage() {
  const all = (testId, root = document) => [...root.querySelectorAll(`[data-testid="${testId}"]`)];
  const text = (element) => element?.innerText.trim();
  const error = all("error")[0];
  const card = all("account-card")[0];
  return JSON.stringify({
    url: location.href,
    title: document.title,
    isReady: document.body.dataset.ready === "true",
    entity: document.querySelector('input[name="entity"]:checked')?.value,
    mode: document.querySelector('input[name="mode"]:checked')?.value,
    says: document.getElementById("progress")?.textContent,
    lead: text(document.getElementById("accounts-lead")),
    loading: text(document.querySelector("main .loading")),
    steps: [1, 2, 3, 4, 5].map((n) => all(`step-${n}`)[0]?.dataset.state),
    error: error && { code: error.dataset.code, text: text(error), canRetry: all("retry", error).length > 0 },
    card: card && {
      status: text(all("account-status", card)[0]),
      entity: text(all("account-entity", card)[0]),
      id: text(all("account-id", card)[0]),
      text: text(card),
    },
    connected: all("connected-item").map((item) => ({ id: item.dataset.accountId, status: item.dataset.status, isDisabled: item.dataset.disabled === "true", text: text(item) })),
    question: text(document.querySelector("dialog[open] h2")),
    pending: all("pending").map((notice) => ({ app: notice.dataset.app, text: text(notice) })),
    fields: [...document.querySelectorAll("form input, form select")].map((input) => ({
      name: input.dataset.testid?.replace(/^field-/, ""),
      type: input.type,
      value: input.value,
      isInvalid: input.getAttribute("aria-invalid") === "true",
    })),
    focused: document.activeElement?.dataset.testid ?? document.activeElement?.tagName,
  });
}
