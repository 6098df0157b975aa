import { find, h } from "./dom.js";

const COUNT = 5;
const items = [...find("steps").children];

// Beside title and hint: what was asked, what was answered, and room for a form or a card.
const parts = items.map((item) => {
  const state = h("span", { class: "hidden" });
  const asked = h("code", { class: "asked", hidden: true });
  const answered = h("p", { class: "answered", hidden: true });
  const slot = h("div", { class: "slot" });
  item.querySelector("h3").append(state);
  item.append(asked, answered, slot);
  return { hint: item.querySelector(".hint"), state, asked, answered, slot };
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

/** The element under step `n` that a form or a card goes into. */
export const slot = (n) => parts[n - 1].slot;

/** All steps from `first` on wait again. */
export function reset(first = 1) {
  for (let n = first; n <= COUNT; n += 1) {
    set(n, "waiting");
    show(parts[n - 1].asked);
    show(parts[n - 1].answered);
    parts[n - 1].hint.hidden = false;
    slot(n).replaceChildren();
  }
  if (first === 1) find("progress").textContent = "";
}

/** Step `n` begins; `asked` is the call it makes. */
export function begin(n, asked, text = "working") {
  set(n, "active");
  if (asked) show(parts[n - 1].asked, asked);
  show(parts[n - 1].answered);
  announce(n, text);
}

/** Step `n` is under way, and there is something to say about it. */
export function tell(n, text) {
  show(parts[n - 1].answered, text);
  announce(n, text);
}

export function done(n, text) {
  set(n, "done");
  tell(n, text);
}

/** The step that is under way has failed. Says nothing where none is: the alert does. */
export function fail(text) {
  const n = items.findIndex((item) => item.dataset.state === "active") + 1;
  if (!n) return;
  set(n, "failed");
  show(parts[n - 1].answered, text);
}

/** Step `n` will not happen. */
export function unneeded(n) {
  parts[n - 1].hint.hidden = true;
  show(parts[n - 1].answered, "Not needed.");
}

/** What steps 1 to 4 say, to be shown again when the user is back. */
export const lines = () => parts.slice(0, 4).map(({ asked, answered }) => [asked.textContent, answered.textContent]);

/** All steps before `next` are over. `before`: their lines, if this tab knows them. */
export function resume(before, next = COUNT) {
  reset();
  for (let n = 1; n < next; n += 1) {
    const [asked, answered] = before?.[n - 1] ?? [];
    set(n, "done");
    show(parts[n - 1].asked, asked);
    show(parts[n - 1].answered, answered || "Done before you left this page.");
  }
}
