import { find, h } from "./dom.js";

const COUNT = 5;
const items = [...find("steps").children];

// Besides title and hint, each step shows the call, its result, and a slot for a form or a card.
const parts = items.map((item) => {
  const state = h("span", { class: "hidden" });
  const call = h("code", { class: "call", hidden: true });
  const result = h("p", { class: "result", hidden: true });
  const slot = h("div", { class: "slot" });
  item.querySelector("h3").append(state);
  item.append(call, result, slot);
  return { hint: item.querySelector(".hint"), state, call, result, slot };
});

function show(element, text) {
  element.textContent = text ?? "";
  element.hidden = !text;
}

function set(n, state) {
  items[n - 1].dataset.state = state;
  if (state === "active") items[n - 1].setAttribute("aria-current", "step");
  else items[n - 1].removeAttribute("aria-current");
  parts[n - 1].state.textContent = state === "waiting" ? "" : ` (${state})`;
}

function announce(n, text) {
  find("progress").textContent = `Step ${n} of ${COUNT}, ${items[n - 1].querySelector("h3").firstChild.textContent}: ${text}`;
}

/** The slot of step `n`. */
export const slot = (n) => parts[n - 1].slot;

/** Resets all steps from `first` on. */
export function reset(first = 1) {
  for (let n = first; n <= COUNT; n += 1) {
    set(n, "waiting");
    show(parts[n - 1].call);
    show(parts[n - 1].result);
    parts[n - 1].hint.hidden = false;
    slot(n).replaceChildren();
  }
  if (first === 1) find("progress").textContent = "";
}

/** Begins step `n` with a call. */
export function begin(n, call, text = "working") {
  set(n, "active");
  if (call) show(parts[n - 1].call, call);
  show(parts[n - 1].result);
  announce(n, text);
}

/** Shows and announces a text at step `n`. */
export function report(n, text) {
  show(parts[n - 1].result, text);
  announce(n, text);
}

export function done(n, text) {
  set(n, "done");
  report(n, text);
}

/** Marks the active step as failed, if there is one. The alert announces the failure. */
export function fail(text) {
  const n = items.findIndex((item) => item.dataset.state === "active") + 1;
  if (!n) return;
  set(n, "failed");
  show(parts[n - 1].result, text);
}

/** Marks step `n` as not needed. */
export function unneeded(n) {
  parts[n - 1].hint.hidden = true;
  show(parts[n - 1].result, "Not needed.");
}

/** The texts of steps 1 to 4, for `resume` when the user returns. */
export const lines = () => parts.slice(0, 4).map(({ call, result }) => [call.textContent, result.textContent]);

/** Marks all steps before `next` as done. `before` has their lines, if this tab knows them. */
export function resume(before, next = COUNT) {
  reset();
  for (let n = 1; n < next; n += 1) {
    const [call, result] = before?.[n - 1] ?? [];
    set(n, "done");
    show(parts[n - 1].call, call);
    show(parts[n - 1].result, result || "Done before you left this page.");
  }
}
