/** Creates an element. Properties that start with `on` are listeners, all others attributes. Strings become text nodes, never HTML. */
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

/** An app's icon: its initials on a colour. */
export function tile(key, name) {
  return h("span", { class: "tile", "data-hue": String(hueOf(key)), "aria-hidden": "true" }, initialsOf(name));
}

export function toneOf(status) {
  if (status === "ACTIVE") return "good";
  if (["INITIATED", "INITIALIZING", "PENDING"].includes(status)) return "waiting";
  return ["FAILED", "EXPIRED", "REVOKED"].includes(status) ? "bad" : "neutral";
}

/** A status with its colour. */
export function badge(status, properties = {}) {
  return h("span", { class: "badge", "data-tone": toneOf(status), ...properties }, status);
}

/** A `time` element for an ISO date. */
export function moment(iso) {
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) return "unknown";
  const text = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(date);
  return h("time", { datetime: date.toISOString() }, text);
}

/** A relative time as text. */
export function ago(atMs) {
  const minutes = Math.floor((Date.now() - atMs) / 60_000);
  if (minutes < 1) return "less than a minute ago";
  return minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
}

/** Scrolls an element into view and focuses it. */
export function focus(element) {
  if (!element) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}
