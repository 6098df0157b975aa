import { useEffect, useLayoutEffect, useReducer, useRef } from "react";
import { hueOf, initialsOf, toneOf } from "../vanilla/dom.js";
import { navigate } from "./address.js";

export const Tile = ({ app, name }) => (
  <span className="tile" data-hue={hueOf(app)} aria-hidden="true">
    {initialsOf(name)}
  </span>
);

export const Badge = ({ children, tone = toneOf(children), ...others }) => (
  <span className="badge" data-tone={tone} {...others}>
    {children}
  </span>
);

/** A link that navigates without reloading the document. */
export function Link({ href, onClick, ...others }) {
  const follow = (event) => {
    onClick?.();
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...others} />;
}

/** A button that keeps the focus while it is busy. A disabled button would lose it. */
export const Button = ({ isBusy, onClick, className = "plain", ...others }) => (
  <button type="button" className={className} aria-disabled={isBusy || undefined} onClick={isBusy ? undefined : onClick} {...others} />
);

const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "medium" });

function ago(atMs) {
  const passedMs = Date.now() - atMs;
  const unit = units.find(([, ms]) => passedMs >= ms);
  return unit ? relative.format(-Math.floor(passedMs / unit[1]), unit[0]) : "just now";
}

/** A relative time that stays current. The exact time is its tooltip. */
export function Since({ iso }) {
  const [, rerender] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(rerender, 20_000);
    return () => clearInterval(timer);
  }, []);
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) return "at an unknown time";
  return (
    <time dateTime={date.toISOString()} title={absolute.format(date)}>
      {ago(date.getTime())}
    </time>
  );
}

/** An error, as `explain` describes it. */
export function Alert({ explained: { error, text, canRetry }, onRetry, onDismiss, others = [] }) {
  const details = [error.code, error.requestId && `request ${error.requestId}`].filter(Boolean).join(" · ");
  return (
    <div className="alert" role="alert" data-testid="error" data-code={error.code}>
      <p className="alert-text">{text}</p>
      {others.map((message) => <p key={message}>{message}</p>)}
      {error.errorDescription && <p className="muted">The platform says: <q>{error.errorDescription}</q></p>}
      <p className="fine">{details}</p>
      {(onDismiss || (onRetry && canRetry)) && (
        <div className="actions">
          {onRetry && canRetry && <button type="button" className="primary" data-testid="retry" onClick={onRetry}>Try again</button>}
          {onDismiss && <button type="button" className="plain" onClick={onDismiss}>Dismiss</button>}
        </div>
      )}
    </div>
  );
}

/** Asks before an irreversible operation. Cancel has the focus, and Escape cancels. */
export function Confirm({ title, children, action, isBusy, error, onConfirm, onCancel }) {
  const dialog = useRef(null);
  // A layout effect, so that the dialog closes before it is removed: only then does it restore the focus.
  useLayoutEffect(() => {
    const { current } = dialog;
    current.showModal();
    return () => current.close();
  }, []);
  const cancel = () => !isBusy && onCancel();
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onCancel={(event) => {
        event.preventDefault();
        cancel();
      }}
      // Some browsers close the dialog at the second Escape, despite preventDefault. StrictMode also closes it, but has reopened it by now.
      onClose={() => !dialog.current?.open && cancel()}
    >
      <h2 id="confirm-title">{title}</h2>
      <div id="confirm-text">{children}</div>
      {error && <Alert explained={error} />}
      <div className="actions">
        <Button onClick={cancel} isBusy={isBusy} autoFocus data-testid="confirm-no">Cancel</Button>
        <Button onClick={onConfirm} isBusy={isBusy} className="primary danger" data-testid="confirm-yes">{isBusy ? "Deleting…" : action}</Button>
      </div>
    </dialog>
  );
}
