/** Makes an element. `on…` are listeners, all other properties attributes; text stays text. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export const find = (id) => document.getElementById(id);

export const hueOf = (key) => [...key].reduce((hash, letter) => (hash * 13 + letter.codePointAt(0)) % 9973, 0) % 6;
export const initialsOf = (name) => name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2);

/** The coloured initials that stand for an app. */
export function tile(key, name) {
  return h("span", { class: "tile", "data-hue": String(hueOf(key)), "aria-hidden": "true" }, initialsOf(name));
}

export function toneOf(status) {
  if (status === "ACTIVE") return "good";
  if (["INITIATED", "INITIALIZING", "PENDING"].includes(status)) return "waiting";
  return ["FAILED", "EXPIRED", "REVOKED"].includes(status) ? "bad" : "neutral";
}

/** A status word, coloured by what it means. */
export function badge(status, properties = {}) {
  return h("span", { class: "badge", "data-tone": toneOf(status), ...properties }, status);
}

/** `iso` for people, and for machines. */
export function moment(iso) {
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) return "unknown";
  const text = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(date);
  return h("time", { datetime: date.toISOString() }, text);
}

/** How long ago, in words. */
export function ago(atMs) {
  const minutes = Math.floor((Date.now() - atMs) / 60_000);
  if (minutes < 1) return "less than a minute ago";
  return minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
}

/** Brings `element` into view and gives it the keyboard. */
export function focus(element) {
  if (!element) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}
