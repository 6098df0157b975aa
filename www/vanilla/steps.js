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

/** Begins step `n`, in which the page waits, with a call. */
export function begin(n, call, text = "Checking the status…") {
  set(n, "active");
  if (call) show(parts[n - 1].call, call);
  wait(n, text);
}

/** Begins step `n`, in which the user acts. */
export function ask(n, text, result) {
  set(n, "active");
  show(parts[n - 1].result, result);
  parts[n - 1].result.classList.remove("loading");
  announce(n, text);
}

/** Shows and announces a text at step `n`. */
export function report(n, text) {
  show(parts[n - 1].result, text);
  parts[n - 1].result.classList.remove("loading");
  announce(n, text);
}

/** The same with a spinner. */
export function wait(n, text) {
  report(n, text);
  parts[n - 1].result.classList.add("loading");
}

/** Shows step `n` as neither done nor failed. */
export function pause(n, text) {
  set(n, "waiting");
  report(n, text);
}

export function done(n, text) {
  set(n, "done");
  report(n, text);
}

/** Marks step `n` as failed, by default the active one. The alert announces the failure. */
export function fail(text, n = items.findIndex((item) => item.dataset.state === "active") + 1) {
  if (!n) return;
  reset(n + 1);
  set(n, "failed");
  show(parts[n - 1].result, text);
  parts[n - 1].result.classList.remove("loading");
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
    parts[n - 1].result.classList.remove("loading");
  }
}
