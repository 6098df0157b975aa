// The address says what is shown, so that the user comes back from the provider to the very same.
import { useSyncExternalStore } from "react";

export const entities = ["Jessica", "Melissa"];
export const modes = ["auto", "popup", "redirect"];

export const paths = { vanilla: "/", connect: "/react", connections: "/react/connections" };

const listeners = new Set();
const changed = () => listeners.forEach((listener) => listener());
addEventListener("popstate", changed);

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** `{ page, app, entity, mode }`. */
export function useAddress() {
  const href = useSyncExternalStore(subscribe, () => location.href);
  const { pathname, searchParams } = new URL(href);
  const oneOf = (words, name) => words.find((word) => word === searchParams.get(name)) ?? words[0];
  return {
    page: pathname.replace(/\/+$/, "").endsWith("/connections") ? "connections" : "connect",
    app: searchParams.get("app"),
    entity: oneOf(entities, "user"),
    mode: oneOf(modes, "mode"),
  };
}

/** The address of a page; what is the default stays out of it. */
export function hrefOf({ page, app, entity = entities[0], mode = modes[0] }) {
  const parameters = new URLSearchParams({
    ...(app && { app }),
    ...(entity !== entities[0] && { user: entity }),
    ...(mode !== modes[0] && { mode }),
  });
  return [paths[page], parameters.toString()].filter(Boolean).join("?");
}

export function go(href) {
  history.pushState(null, "", href);
  changed();
}
