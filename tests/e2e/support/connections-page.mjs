import { Page } from "./page.mjs";

/** The page of connections, as a user sees and handles it. */
export class ConnectionsPage extends Page {
  constructor(browser, appUrl) {
    super(browser, readPage);
    this.url = `${appUrl}/react/connections`;
  }

  async open() {
    await this.browser.url(this.url);
    return this.until("the connections are there", ({ isLoaded }) => isLoaded);
  }

  /** Presses a button of an account: `refresh`, `rename`, `toggle` or `delete`. */
  async pressOf(id, what) {
    await this.browser.$(`[data-account-id="${id}"] [data-testid="${what}"]`).click();
  }

  /** Answers the question whether to delete. */
  async confirm(isSure) {
    await this.press(`confirm-${isSure ? "yes" : "no"}`);
  }

  /** Waits until what the page shows of an account, `undefined` if there is none, is as wanted. */
  shows(what, id, isIt, options) {
    return this.until(what, ({ rows }) => isIt(rows.find((row) => row.id === id)), options);
  }
}

/** Runs in the page. */
function readPage() {
  const all = (testId, root = document) => [...root.querySelectorAll(`[data-testid="${testId}"]`)];
  const text = (element) => element?.innerText.trim();
  const error = all("error")[0];
  return JSON.stringify({
    url: location.href,
    isLoaded: ["Jessica", "Melissa"].every((name) => all(`entity-${name}`)[0]?.dataset.loaded === "true"),
    freshness: all("freshness").map(text),
    rows: all("connection").map((row) => ({
      id: row.dataset.accountId,
      app: row.dataset.app,
      entity: row.closest("section").dataset.testid.replace("entity-", ""),
      alias: text(all("alias", row)[0]),
      status: row.dataset.status,
      isDisabled: row.dataset.disabled === "true",
      isBusy: row.getAttribute("aria-busy") === "true",
      since: row.querySelector("time")?.innerText,
      exactly: row.querySelector("time")?.title,
    })),
    empty: all("empty").length,
    error: error && { code: error.dataset.code, text: text(error) },
    returned: text(all("returned")[0]),
    said: all("announcement").map(text).join(" "),
    question: text(document.querySelector("dialog[open] h2")),
    focused: document.activeElement?.dataset.testid ?? document.activeElement?.id,
    focusedRow: document.activeElement?.closest("[data-account-id]")?.dataset.accountId,
  });
}
