import { confirm } from "./confirm.js";
import { badge, find, focus, h, moment, tile } from "./dom.js";
import { explain } from "./errors.js";
import * as store from "./store.js";

/** A card for an account. `isSaved`: the platform stores the credentials without having checked them. */
export function accountCard({ account, name, entity, isSaved }) {
  const isActive = account.status === "ACTIVE";
  const title = !isActive ? name : isSaved ? `${name}: saved` : `${name} is connected`;
  const row = (term, ...value) => h("div", {}, h("dt", {}, term), h("dd", {}, ...value));
  return h(
    "article",
    { class: "card", "data-testid": "account-card" },
    h(
      "header",
      {},
      tile(account.app, name),
      h("h4", { tabindex: "-1" }, title),
      badge(account.status, { "data-testid": "account-status" }),
    ),
    isActive && isSaved && h("p", { class: "remark" }, "The platform has not checked these values yet. The first action with this account will."),
    account.isDisabled && h("p", { class: "remark" }, "This account is disabled on the platform."),
    h(
      "dl",
      {},
      row("App", account.app),
      row("User", h("span", { "data-testid": "account-entity" }, account.entityId ?? entity)),
      row("Account", h("code", { "data-testid": "account-id" }, account.id)),
      account.authScheme && row("Scheme", account.authScheme),
      row("Since", moment(account.createdAt)),
    ),
  );
}

/** The list of accounts that were connected in this browser, with their status from the platform. */
export function createAccounts({ client, nameOf, page }) {
  const saved = store.accounts;
  const list = find("accounts");
  let entity;
  let missing = 0;

  function updateLead() {
    const count = list.children.length;
    const known = count === 0 ? `${entity} has not connected an account in this browser yet.` : `${entity}’s accounts from this browser.`;
    const lost = missing === 1 ? " 1 account is no longer on the platform." : ` ${missing} accounts are no longer on the platform.`;
    find("accounts-lead").textContent = known + (missing ? lost : "");
  }

  function createRow({ id, app }) {
    const name = nameOf(app);
    const alias = h("span", { class: "alias" });
    const status = h("span", { class: "status-slot" }, h("span", { class: "muted small loading" }, "Checking…"));
    const since = h("p", { class: "muted small" });
    const button = h(
      "button",
      { type: "button", class: "plain", "data-testid": "check", onclick: () => update(true) },
      "Check status",
      h("span", { class: "hidden" }, ` of ${name}, ${id}`),
    );
    const action = (testId, text, onclick, kind = "plain") =>
      h("button", { type: "button", class: kind, "data-testid": testId, hidden: true, onclick }, h("span", {}, text), h("span", { class: "hidden" }, ` ${name}, ${id}`));
    const reconnecting = action("reconnect", "Reconnect", () => page.reconnect({ id, app, isActive: element.dataset.status === "ACTIVE" }));
    const renaming = action("rename", "Rename", () => openRename());
    const toggling = action("toggle", "Disable", () => toggle());
    const deleting = action("delete", "Delete", () => remove(), "plain danger");
    const identity = h("p", { class: "small identity" });
    const slot = h("div", { "data-testid": "rename-slot" });
    const element = h(
      "li",
      { "data-testid": "connected-item", "data-account-id": id },
      tile(app, name),
      h("div", { class: "account-text" }, h("p", { class: "account-name" }, h("strong", {}, name), alias, status), identity, h("code", {}, id), since, slot),
      h("div", { class: "actions" }, reconnecting, renaming, toggling, deleting, button),
    );
    let isUpdating = false;

    /** Shows the account's name in a form. Escape and Cancel close it. The focus then returns to the button. */
    function openRename() {
      const input = h("input", { id: `name-${id}`, autocomplete: "off", placeholder: "e.g. Work" });
      const problem = h("p", { class: "field-error", role: "alert" });
      input.value = alias.textContent;
      const close = () => {
        slot.replaceChildren();
        renaming.focus();
      };
      const save = async () => {
        try {
          await client.connectedAccounts.update({ connectedAccountId: id, alias: input.value.trim() });
          close();
          await update();
        } catch (thrown) {
          const { error, text } = explain(thrown, name);
          problem.textContent = error.code === "conflict" ? "Another account has this name." : text;
          input.focus();
        }
      };
      const onsubmit = (event) => {
        event.preventDefault();
        save();
      };
      const form = h(
        "form",
        { class: "rename", onsubmit, onkeydown: (event) => event.key === "Escape" && close() },
        h("label", { class: "small", for: input.id }, "Name", h("span", { class: "hidden" }, ` of ${name}, ${id}`)),
        h("div", { class: "control" }, input),
        problem,
        h("div", { class: "actions" }, h("button", { class: "primary" }, "Save"), h("button", { type: "button", class: "plain", onclick: close }, "Cancel")),
      );
      slot.replaceChildren(form);
      input.select();
    }

    /** Runs an operation, then shows the account as the platform has it. */
    async function operate(control, job) {
      slot.replaceChildren();
      control.disabled = true;
      try {
        await job();
      } catch (thrown) {
        slot.replaceChildren(h("p", { class: "field-error", role: "alert" }, explain(thrown, name).text));
      }
      if (element.isConnected) await update();
      control.disabled = document.body.dataset.ready !== "true";
      if (document.activeElement === document.body) control.focus();
    }

    const toggle = () =>
      operate(toggling, () => client.connectedAccounts[element.dataset.disabled === "true" ? "enable" : "disable"]({ connectedAccountId: id }));

    async function remove() {
      const text = "The platform deletes this account and its credentials. Everything that uses it stops working. This cannot be undone.";
      const label = alias.textContent || name;
      if (!(await confirm({ title: `Delete ${label} of ${entity}?`, text, detail: id, action: "Delete" }))) return;
      await operate(deleting, async () => {
        try {
          await client.connectedAccounts.delete({ connectedAccountId: id });
        } catch (thrown) {
          // Otherwise the account is already deleted.
          if (!["not_found", "gone"].includes(thrown?.code)) throw thrown;
        }
        saved.remove(id);
        element.remove();
        updateLead();
        focus(find("accounts-title"));
      });
    }

    function render(account) {
      const isShared = account.accountType === "SHARED";
      element.dataset.status = account.status;
      alias.textContent = account.alias ?? "";
      // The user's name at the provider, or the platform's short name, tells accounts of one app apart.
      identity.textContent = account.displayName ?? account.wordId ?? "";
      element.dataset.disabled = String(account.isDisabled);
      for (const control of [renaming, toggling, deleting]) control.hidden = false;
      toggling.firstChild.textContent = account.isDisabled ? "Enable" : "Disable";
      // Others use a shared account, so it cannot be replaced.
      reconnecting.hidden = isShared;
      reconnecting.firstChild.textContent = /OAUTH/.test(account.authScheme ?? "") ? "Reconnect" : "New key";
      status.replaceChildren(badge(account.status), isShared ? badge("SHARED") : "", account.isDisabled ? badge("DISABLED") : "");
      since.replaceChildren("since ", moment(account.createdAt), account.statusReason ? `. ${account.statusReason}` : "");
    }

    async function update(isByUser) {
      if (isUpdating) return;
      isUpdating = true;
      button.disabled = true;
      element.setAttribute("aria-busy", "true");
      try {
        render(await client.connectedAccounts.get({ connectedAccountId: id }));
      } catch (thrown) {
        const { error, text } = explain(thrown, name);
        if (error.code === "not_found" || error.code === "gone") {
          saved.remove(id);
          element.remove();
          missing += 1;
          updateLead();
        } else {
          delete element.dataset.status;
          status.replaceChildren(badge("UNKNOWN"));
          since.textContent = `${text} (${error.code})`;
        }
      }
      isUpdating = false;
      element.removeAttribute("aria-busy");
      // While the page is busy, the page enables the buttons later.
      button.disabled = document.body.dataset.ready !== "true";
      if (isByUser && document.activeElement === document.body) button.focus();
    }

    return { element, update, render };
  }

  return {
    show(name) {
      entity = name;
      missing = 0;
      const rows = saved.list().filter((account) => account.entity === entity).map(createRow);
      list.replaceChildren(...rows.map((row) => row.element));
      updateLead();
      for (const row of rows) row.update();
    },
    add(account, app) {
      saved.add({ id: account.id, app, entity });
      [...list.children].find((item) => item.dataset.accountId === account.id)?.remove();
      const row = createRow({ id: account.id, app });
      row.render(account);
      list.prepend(row.element);
      updateLead();
    },
    /** The account has been replaced by another one. */
    remove(id) {
      saved.remove(id);
      [...list.children].find((item) => item.dataset.accountId === id)?.remove();
      updateLead();
    },
    has: (id) => saved.list().some((account) => account.id === id),
  };
}
