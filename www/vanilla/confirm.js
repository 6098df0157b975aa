import { h } from "./dom.js";

/** Asks before an irreversible operation. Cancel has the focus, and Escape cancels. Resolves to whether the user agreed. */
export function confirm({ title, text, detail, action }) {
  return new Promise((resolve) => {
    const heading = h("h2", { id: "confirm-title" }, title);
    const cancel = h("button", { type: "button", class: "plain", "data-testid": "confirm-cancel", autofocus: true, onclick: () => dialog.close() }, "Cancel");
    const agree = h("button", { type: "button", class: "primary danger", "data-testid": "confirm", onclick: () => dialog.close("yes") }, action);
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": heading.id, "aria-describedby": "confirm-text" },
      heading,
      h("div", { id: "confirm-text" }, h("p", {}, text), h("p", { class: "muted small" }, h("code", {}, detail))),
      h("div", { class: "actions" }, cancel, agree),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
