// The URL contains the whole state of the page, so that a user who returns from the provider sees the same page.
import { useSyncExternalStore } from "react";

export const entities = ["Jessica", "Melissa"];
export const modes = ["auto", "popup", "redirect"];

export const paths = { vanilla: "/", vanillaChat: "/chat", connect: "/react", connections: "/react/connections", chat: "/react/chat" };

const listeners = new Set();
const notify = () => listeners.forEach((listener) => listener());
addEventListener("popstate", notify);

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** `{ page, app, entity, mode, whenConnected, verify }`. The page is `connect`, `connections` or `chat`; `verify` is the name of an action. */
export function useAddress() {
  const href = useSyncExternalStore(subscribe, () => location.href);
  const { pathname, searchParams } = new URL(href);
  const oneOf = (values, name) => values.find((value) => value === searchParams.get(name)) ?? values[0];
  return {
    page: ["connections", "chat"].find((page) => pathname.replace(/\/+$/, "") === paths[page]) ?? "connect",
    app: searchParams.get("app"),
    entity: oneOf(entities, "user"),
    mode: oneOf(modes, "mode"),
    whenConnected: oneOf(["new", "reuse"], "whenConnected"),
    verify: searchParams.get("verify"),
  };
}

/** The URL of a page. It omits defaults. */
export function hrefOf({ page, app, entity = entities[0], mode = modes[0] }) {
  const parameters = new URLSearchParams({
    ...(app && { app }),
    ...(entity !== entities[0] && { user: entity }),
    ...(mode !== modes[0] && { mode }),
  });
  return [paths[page], parameters.toString()].filter(Boolean).join("?");
}

export function navigate(href) {
  history.pushState(null, "", href);
  notify();
}
