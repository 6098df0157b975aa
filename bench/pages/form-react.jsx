import { useLayoutEffect } from "react";
import { createRoot } from "react-dom/client";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";

/** Returns the time from the app's script to the fields on screen, in milliseconds. */
globalThis.open = (options) => {
  const start = performance.now();
  return new Promise((resolve) => {
    const root = createRoot(document.body.appendChild(document.createElement("div")));
    const shown = () => resolve(document.body.getBoundingClientRect() && performance.now() - start);
    root.render(<ConnectProvider options={{ baseUrl: "/api/connect", ...options }}><Form shown={shown} /></ConnectProvider>);
  });
};

function Form({ shown }) {
  const { state, expectedInputFields } = useConnectFlow({ app: "shopify" });
  useLayoutEffect(() => {
    if (state === "ready") shown();
  }, [state]);
  return expectedInputFields.map(({ name, displayName }) => <label key={name}>{displayName}<input name={name} /></label>);
}
