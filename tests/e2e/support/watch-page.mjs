/**
 * Runs in every page, before its own scripts, and sends what goes on to `notes`: what is said on the console, what the
 * console would say of errors and violated policies, and every address that is shown.
 */
export function watchPage(notes) {
  const { fetch, setTimeout } = globalThis;
  const onTheWay = new Set();
  // Not synchronous: a page of WebKit that is closed while it waits for an answer never ends.
  const send = (note) => {
    const sent = fetch(notes, { method: "POST", body: JSON.stringify(note), keepalive: true })
      .catch(() => {})
      .finally(() => onTheWay.delete(sent));
    onTheWay.add(sent);
  };
  // Settled once all that was noted until now has arrived.
  Object.defineProperty(globalThis, "e2eNotesSent", { value: () => Promise.all(onTheWay) });
  // By a clock that no test holds or hurries.
  Object.defineProperty(globalThis, "e2ePause", { value: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });

  const write = (value) => {
    if (value instanceof Error) return `${value} ${value.stack}`;
    try {
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    } catch {
      return String(value);
    }
  };

  for (const level of ["assert", "debug", "dir", "error", "info", "log", "table", "trace", "warn"]) {
    const say = console[level].bind(console);
    console[level] = (...values) => {
      say(...values);
      if (level === "assert" && values[0]) return;
      const text = values.map(write).join(" ");
      send({ said: text, ...(["assert", "error", "warn"].includes(level) && { trouble: `console.${level}: ${text}` }) });
    };
  }
  const report = (text) => send({ said: text, trouble: text });
  let isClosing = false;
  const close = globalThis.close.bind(globalThis);
  globalThis.close = () => {
    isClosing = true;
    close();
  };
  const onError = ({ target, message, error }) => {
    if (target === globalThis) report(`uncaught: ${error ? write(error) : message}`);
    // Later, and so not where the page is being left, which ends what it loads. Closing itself does too, but takes longer.
    else if (!isClosing) setTimeout(report, 0, `not loaded: ${target.currentSrc || target.src || target.href}`);
  };
  // In the capture phase, as what could not be loaded does not bubble.
  addEventListener("error", onError, true);
  addEventListener("unhandledrejection", ({ reason }) => report(`uncaught: ${write(reason)}`));
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    report(`content security policy: ${effectiveDirective} ${blockedURI}`);
  });

  let shown;
  const show = () => {
    if (location.href === shown) return;
    shown = location.href;
    send({ shown });
  };
  for (const name of ["pushState", "replaceState"]) {
    const change = history[name].bind(history);
    history[name] = (...values) => {
      change(...values);
      show();
    };
  }
  for (const event of ["hashchange", "pageshow", "popstate"]) addEventListener(event, show);
  show();
}
