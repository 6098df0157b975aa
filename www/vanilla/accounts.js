import { badge, find, h, moment, tile } from "./dom.js";
import { explain } from "./errors.js";
import * as store from "./store.js";

/** What became of a connection. `isSaved`: the platform keeps what was typed and has not tried it. */
export function accountCard({ account, name, entity, isSaved }) {
  const isActive = account.status === "ACTIVE";
  const outcome = !isActive ? name : isSaved ? `${name}: saved` : `${name} is connected`;
  const row = (term, ...value) => h("div", {}, h("dt", {}, term), h("dd", {}, ...value));
  return h(
    "article",
    { class: "card", "data-testid": "account-card" },
    h(
      "header",
      {},
      tile(account.app, name),
      h("h4", { tabindex: "-1" }, outcome),
      badge(account.status, { "data-testid": "account-status" }),
    ),
    isActive && isSaved && h("p", { class: "remark" }, "The platform has not tried what you typed. The first action with this account will."),
    account.isDisabled && h("p", { class: "remark" }, "It is switched off on the platform."),
    h(
      "dl",
      {},
      row("App", account.app),
      row("Entity", h("span", { "data-testid": "account-entity" }, account.entityId ?? entity)),
      row("Account", h("code", { "data-testid": "account-id" }, account.id)),
      account.authScheme && row("Scheme", account.authScheme),
      row("Since", moment(account.createdAt)),
    ),
  );
}

/** The list of what was connected on this browser. The platform is asked about each account. */
export function createAccounts({ client, nameOf }) {
  const saved = store.accounts;
  const list = find("accounts");
  let entity;
  let forgotten = 0;

  function lead() {
    const count = list.children.length;
    const known = count === 0 ? `None for ${entity} on this browser yet.` : `${entity}’s, made on this browser.`;
    const lost = forgotten === 1 ? " 1 account is no longer on the platform." : ` ${forgotten} accounts are no longer on the platform.`;
    find("accounts-lead").textContent = known + (forgotten ? lost : "");
  }

  function createRow({ id, app }) {
    const name = nameOf(app);
    const status = h("span", { class: "status-slot" }, h("span", { class: "muted small" }, "asking…"));
    const since = h("p", { class: "muted small" });
    const button = h(
      "button",
      { type: "button", class: "plain", "data-testid": "refresh", onclick: () => look(true) },
      "Refresh status",
      h("span", { class: "hidden" }, ` of ${name}, ${id}`),
    );
    const element = h(
      "li",
      { "data-testid": "connected-item", "data-account-id": id },
      tile(app, name),
      h("div", { class: "account-text" }, h("p", { class: "account-name" }, h("strong", {}, name), status), h("code", {}, id), since),
      button,
    );
    let isLooking = false;

    function paint(account) {
      element.dataset.status = account.status;
      status.replaceChildren(badge(account.status), account.isDisabled ? h("span", { class: "muted small" }, "switched off") : "");
      since.replaceChildren("since ", moment(account.createdAt), account.statusReason ? `. ${account.statusReason}` : "");
    }

    async function look(isAsked) {
      if (isLooking) return;
      isLooking = true;
      button.disabled = true;
      element.setAttribute("aria-busy", "true");
      try {
        paint(await client.connectedAccounts.get({ connectedAccountId: id }));
      } catch (thrown) {
        const { error, text } = explain(thrown, name);
        if (error.code === "not_found" || error.code === "gone") {
          saved.remove(id);
          element.remove();
          forgotten += 1;
          lead();
        } else {
          delete element.dataset.status;
          status.replaceChildren(badge("UNKNOWN"));
          since.textContent = `${text} (${error.code})`;
        }
      }
      isLooking = false;
      element.removeAttribute("aria-busy");
      // While the page is busy, it is the page that says when.
      button.disabled = document.body.dataset.ready !== "true";
      if (isAsked && document.activeElement === document.body) button.focus();
    }

    return { element, look, paint };
  }

  return {
    show(name) {
      entity = name;
      forgotten = 0;
      const rows = saved.list().filter((account) => account.entity === entity).map(createRow);
      list.replaceChildren(...rows.map((row) => row.element));
      lead();
      for (const row of rows) row.look();
    },
    add(account, app) {
      saved.add({ id: account.id, app, entity });
      [...list.children].find((item) => item.dataset.accountId === account.id)?.remove();
      const row = createRow({ id: account.id, app });
      row.paint(account);
      list.prepend(row.element);
      lead();
    },
    has: (id) => saved.list().some((account) => account.id === id),
  };
}
