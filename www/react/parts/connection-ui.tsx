// The small pieces of the list of connections: buttons, badges, times and errors. Copy this file beside connections-list.tsx.
import { useEffect, useLayoutEffect, useReducer, useRef, type ButtonHTMLAttributes, type ReactNode } from "react";
import type { ConnectError } from "connect-flow";

type ActionProps = ButtonHTMLAttributes<HTMLButtonElement> & { isBusy: boolean };

/** A button that keeps the focus while it is busy. A disabled button would lose it. */
export const Action = ({ isBusy, onClick, className = "plain", ...others }: ActionProps) => (
  <button type="button" className={className} aria-disabled={isBusy || undefined} onClick={isBusy ? (event) => event.preventDefault() : onClick} {...others} />
);

/** Text for screen readers, which tells equal buttons apart. */
export const Hidden = ({ children }: { children: ReactNode }) => <span className="hidden"> {children}</span>;

export function toneOf(status: string) {
  if (status === "ACTIVE") return "good";
  if (["INITIATED", "INITIALIZING", "PENDING"].includes(status)) return "waiting";
  return ["FAILED", "EXPIRED", "REVOKED"].includes(status) ? "bad" : "neutral";
}

export const Status = ({ status }: { status: string }) => <span className="badge" data-tone={toneOf(status)}>{status}</span>;

const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "medium" });

function ago(atMs: number) {
  const passedMs = Date.now() - atMs;
  const unit = units.find(([, ms]) => passedMs >= ms);
  return unit ? relative.format(-Math.floor(passedMs / unit[1]), unit[0]) : "just now";
}

/** A relative time that stays current. The exact time is its tooltip. */
export function Since({ atMs }: { atMs: number }) {
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(rerender, 20_000);
    return () => clearInterval(timer);
  }, []);
  if (Number.isNaN(atMs)) return "at an unknown time";
  return <time dateTime={new Date(atMs).toISOString()} title={absolute.format(atMs)}>{ago(atMs)}</time>;
}

/** What to tell the user about errors that can happen to every operation, by code. */
const causes: { [code: string]: string } = {
  network: "The server could not be reached. Are you online?",
  timeout: "The server did not answer in time.",
  server: "The server is having trouble. Try again in a moment.",
  rate_limited: "Too many requests. Try again in a moment.",
  unauthorized: "Your session has ended. Sign in to this site again.",
  forbidden: "This site does not allow it.",
  not_found: "It no longer exists.",
  access_denied: "You denied access at the provider.",
  flow_expired: "The sign-in was not finished in time.",
  credentials_rejected: "The app rejected these credentials.",
  scopes_missing: "These credentials lack a permission that is needed.",
  account_mismatch: "You signed in as somebody else than before, so nothing was changed.",
  callback_unbound: "You can close this window and continue where you started.",
};

type ProblemProps = { error: ConnectError; text: string; onRetry?: () => void; onDismiss?: () => void };

export function Problem({ error, text, onRetry, onDismiss }: ProblemProps) {
  const alert = useRef<HTMLDivElement>(null);
  // When its button goes away, the focus moves to the row's first button, or to the list's title.
  useLayoutEffect(() => {
    const element = alert.current!;
    const next = element.closest("li")?.querySelector("button") ?? element.closest("section")?.querySelector("h3");
    return () => {
      if (element.contains(document.activeElement)) next?.focus();
    };
  }, []);
  return (
    <div ref={alert} className="alert" role="alert">
      <p className="alert-text">{text}</p>
      {causes[error.code] && <p>{causes[error.code]}</p>}
      {(onRetry ?? onDismiss) && (
        <div className="actions">
          {onRetry && <button type="button" className="primary" onClick={onRetry}>Try again</button>}
          {onDismiss && <button type="button" className="plain" onClick={onDismiss}>Dismiss</button>}
        </div>
      )}
    </div>
  );
}
