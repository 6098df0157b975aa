import { click } from "./hands.mjs";
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

  /** Presses a button of an account, such as "Rename". */
  async pressOf(id, label) {
    await click(this.browser, `//li[.//code = "${id}"]//button[starts-with(., "${label}")]`);
  }

  /** Requests the first user's list again. */
  async update() {
    await click(this.browser, `//section//button[starts-with(., "Update")]`);
  }

  /** Submits the form of the open panel. */
  async submitPanel() {
    await click(this.browser, ".reconnect form .primary");
  }

  /** Answers the question whether to delete. */
  async confirm(isSure) {
    await click(this.browser, `dialog[open] .actions ${isSure ? ".danger" : ".plain"}`);
  }

  /** Waits until what the page shows of an account, `undefined` if there is none, is as wanted. */
  shows(what, id, isIt, options) {
    return this.until(what, ({ rows }) => isIt(rows.find((row) => row.id === id)), options);
  }
}

/** Runs in the page. */
function readPage() {
  const text = (element) => element?.innerText.trim();
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const error = document.querySelector(".alert");
  const panel = document.querySelector(".reconnect");
  const lists = all("section.connections");
  const titleOf = (list) => text(list.querySelector("h3"));
  /** Without the text for screen readers. */
  const labelOf = (element) => (element?.labels?.[0] ?? element)?.firstChild?.textContent;
  const focus = document.activeElement;
  return JSON.stringify({
    url: location.href,
    isLoaded: lists.length === 2 && lists.every((list) => list.querySelector("ul, .empty")),
    freshness: all(".connections > header .facts").map(text),
    rows: all("li.connection").map((row) => ({
      id: text(row.querySelector("code")),
      app: text(row.querySelector("strong")),
      entity: titleOf(row.closest("section")),
      alias: text(row.querySelector(".alias")),
      identity: text(row.querySelector(".identity")),
      status: text(row.querySelector(".badge")),
      isDisabled: row.dataset.disabled === "true",
      isBusy: row.getAttribute("aria-busy") === "true",
      since: row.querySelector("time")?.innerText,
      exactly: row.querySelector("time")?.title,
    })),
    panel: panel && {
      text: text(panel),
      state: panel.querySelector(".connect")?.dataset.state,
      inputs: all("input", panel).map(({ type }) => type),
    },
    empty: all(".empty").length,
    error: text(error),
    returned: text(document.querySelector(".notice.good")),
    said: all("p.hidden[role=status]").map(({ textContent }) => textContent).join(" "),
    question: text(document.querySelector("dialog[open] h2")),
    focused: labelOf(focus),
    focusedRow: text(focus?.closest("li.connection")?.querySelector("code")),
  });
}
