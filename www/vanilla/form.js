import { focus, h } from "./dom.js";

/**
 * A form for expected input fields.
 * `take()` returns the values and empties the secret inputs, so that the document contains no secret during the request. `restore()`
 * puts them back if the client rejected them without sending. `forget()` drops them once they have been sent. `oncorrect()` is called when
 * the user has edited every field that had an issue.
 */
export function createForm({ fields, submitLabel, onsubmit, oncancel, oncorrect }) {
  const onedit = (row) => {
    if (!row.isInvalid()) return;
    row.showIssue();
    if (!rows.some(({ isInvalid }) => isInvalid())) oncorrect();
  };
  const rows = fields.map((field, index) => createRow(field, index, onedit));
  const hasRequired = fields.some((field) => field.required);
  let secrets = new Map();

  const element = h(
    "form",
    {
      class: "form",
      // The inputs have no `name` and the method is POST, so that no value can end up in a URL.
      method: "post",
      novalidate: true,
      autocomplete: "off",
      onsubmit: (event) => {
        event.preventDefault();
        onsubmit();
      },
    },
    hasRequired && h("p", { class: "muted small" }, "Fields marked with ", h("span", { class: "star" }, "*"), " are required."),
    ...rows.map((row) => row.element),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "submit", class: "primary", "data-testid": "submit" }, submitLabel),
      h("button", { type: "button", class: "plain", onclick: oncancel }, "Cancel"),
    ),
  );

  return {
    element,
    take() {
      const data = Object.create(null);
      for (const { field, input, mask, showIssue } of rows) {
        showIssue();
        if (input.value) data[field.name] = input.value;
        if (!field.secret) continue;
        secrets.set(input, input.value);
        mask();
        input.value = "";
      }
      return data;
    },
    restore() {
      for (const [input, value] of secrets) input.value = value;
      secrets = new Map();
    },
    forget() {
      secrets = new Map();
    },
    /** Shows each issue at its field. Returns the messages of issues without a field. */
    showIssues(issues) {
      const others = [];
      for (const issue of issues) {
        const row = rows.find(({ field }) => issue.field === field.name || issue.field === `data.${field.name}`);
        if (row) row.showIssue(issue.message);
        else others.push(issue.message);
      }
      return others;
    },
    /** Focuses the first field with an issue, or else the first field. */
    focus() {
      const row = rows.find(({ isInvalid }) => isInvalid()) ?? rows[0];
      focus(row.input);
    },
  };
}

function createRow(field, index, onedit) {
  const id = `field-${index}`;
  const help = field.description && h("p", { class: "help", id: `${id}-help` }, field.description);
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const input = field.enum ? createSelect(field, id) : createInput(field, id);
  const toggle = field.secret && !field.enum && createToggle(field, input);

  const describe = (isInvalid) => {
    const ids = [isInvalid && error.id, help && help.id].filter(Boolean);
    if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
    else input.removeAttribute("aria-describedby");
  };
  describe(false);

  const element = h(
    "div",
    { class: "row" },
    h("label", { for: id }, field.displayName, field.required && h("span", { class: "star", "aria-hidden": "true" }, " *")),
    h(
      "div",
      { class: "control" },
      field.prefix && h("span", { class: "affix" }, field.prefix),
      input,
      field.suffix && h("span", { class: "affix" }, field.suffix),
      toggle && toggle.button,
    ),
    error,
    help,
  );

  const row = {
    field,
    input,
    element,
    mask: () => toggle && toggle.mask(),
    isInvalid: () => input.hasAttribute("aria-invalid"),
    showIssue(message) {
      error.textContent = message ?? "";
      error.hidden = !message;
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      describe(Boolean(message));
    },
  };
  input.addEventListener("input", () => onedit(row));
  return row;
}

function createInput(field, id) {
  const input = h("input", {
    id,
    type: field.secret ? "password" : "text",
    "data-testid": `field-${field.name}`,
    // With "off", browsers fill in a saved password of this site.
    autocomplete: field.secret ? "new-password" : "off",
    autocapitalize: "none",
    spellcheck: "false",
    required: field.required,
    placeholder: field.example && `e.g. ${field.example}`,
  });
  input.value = field.default ?? "";
  return input;
}

function createSelect(field, id) {
  const select = h(
    "select",
    { id, "data-testid": `field-${field.name}`, required: field.required },
    h("option", { value: "" }, field.required ? "Choose…" : "None"),
    ...field.enum.map((value) => h("option", { value }, value)),
  );
  select.value = field.enum.includes(field.default) ? field.default : "";
  return select;
}

function createToggle(field, input) {
  const label = h("span");
  const set = (isShown) => {
    input.type = isShown ? "text" : "password";
    label.textContent = isShown ? "Hide" : "Show";
  };
  const button = h(
    "button",
    { type: "button", class: "toggle", "aria-controls": input.id, onclick: () => set(input.type === "password") },
    label,
    h("span", { class: "hidden" }, ` ${field.displayName}`),
  );
  set(false);
  return { button, mask: () => set(false) };
}
