// A button that connects an app and shows every state on the way. Copy this file into your app; its class names are
// yours to style. It needs a ConnectProvider above it.
import { useEffect, useLayoutEffect, useRef, type ComponentType, type ReactNode, type RefObject } from "react";
import type { ConnectedAccount, ConnectError, ConnectErrorCode, ExpectedInputField, FlowOptions, FlowSnapshot, Issue } from "connect-flow";
import { useConnectFlow } from "connect-flow/react";

type Flow = ReturnType<typeof useConnectFlow>;

export type ConnectButtonProps = FlowOptions & {
  /** Display name of the app. */
  name: string;
  /** The form for apps that need values from the user, such as `ConnectForm`. */
  Form: ComponentType<{
    fields: readonly ExpectedInputField[];
    issues: readonly Issue[];
    submitLabel: string;
    isHidden: boolean;
    autoFocus: boolean;
    onSubmit: Flow["submit"];
  }>;
  /** Default: `Continue to …`, `Save` or `Connect …`. */
  submitLabel?: string;
  /** Moves the focus into the form when it appears. */
  autoFocus?: boolean;
  onConnected?: (account: ConnectedAccount) => void;
  /** Extra content above the status, made from the flow's snapshot, such as the code of its error. */
  children?: (flow: FlowSnapshot) => ReactNode;
};

export function ConnectButton({ name, Form, submitLabel, autoFocus = false, onConnected, children, ...options }: ConnectButtonProps) {
  const flow = useConnectFlow(options);
  const { state } = flow;
  const account = state === "connected" ? flow.account : undefined;
  const root = useRef<HTMLDivElement>(null);
  const status = useRef<HTMLDivElement>(null);
  useFocus(root, status, state);
  useEffect(() => {
    if (account) onConnected?.(account);
  }, [account, onConnected]);

  return (
    <div ref={root} className="connect" data-state={state} aria-busy={isBusy(flow)}>
      {children?.(flow)}
      <div ref={status} tabIndex={-1}>
        <p className={isBusy(flow) || state === "waiting" ? "loading" : undefined} role="status">{sentences[state](name, flow, options.reconnect ? "reconnected" : "connected")}</p>
        {"error" in flow && flow.error.code !== "connection_not_needed" && <Problem error={flow.error} name={name} onRetry={flow.retry} />}
      </div>
      {(state === "ready" || state === "initiating") && (
        <>
          {state === "ready" && flow.inAppBrowser && (
            <p className="notice">This page is open inside another app, where many providers refuse to sign users in. Open it in your own browser.</p>
          )}
          <Form
            fields={flow.expectedInputFields}
            issues={state === "ready" ? flow.issues : noIssues}
            submitLabel={submitLabel ?? (flow.authScheme?.includes("OAUTH") ? `Continue to ${name}` : options.reconnect ? "Save" : `Connect ${name}`)}
            isHidden={state !== "ready"}
            autoFocus={autoFocus}
            onSubmit={flow.submit}
          />
        </>
      )}
      {["loading", "initiating", "waiting", "verifying", "completing"].includes(state) && (
        <div className="actions"><button type="button" className="plain" onClick={flow.cancel}>Cancel</button></div>
      )}
    </div>
  );
}

const noIssues: readonly Issue[] = [];

const isBusy = ({ state }: FlowSnapshot) => ["idle", "loading", "initiating", "redirecting", "verifying", "completing"].includes(state);

/** The text for each state, also announced by screen readers. */
const sentences: Record<FlowSnapshot["state"], (name: string, flow: FlowSnapshot, connected: string) => string> = {
  idle: (name) => `Loading what ${name} needs…`,
  loading: (name) => `Loading what ${name} needs…`,
  ready: (name, { expectedInputFields: { length } }) =>
    length === 0 ? `${name} needs only your consent.` : `${name} needs ${length === 1 ? "one value" : `${length} values`} from you.`,
  initiating: () => "Creating the connection…",
  redirecting: (name) => `Redirecting you to sign in to ${name}…`,
  waiting: (name, flow) =>
    "isPopupOpen" in flow && flow.isPopupOpen
      ? `Sign in to ${name} in the other window. This page continues automatically.`
      : `Finish the sign-in to ${name}. This page checks the status from time to time.`,
  completing: () => "Waiting until the server has completed the connection…",
  verifying: () => "Checking the status…",
  connected: (name, _, connected) => `${name} is ${connected}.`,
  failed: (name, flow, connected) =>
    "error" in flow && flow.error.code === "connection_not_needed" ? `${name} needs no connection. Its actions can be used right away.` : `${name} is not ${connected}.`,
  cancelled: (name, _, connected) => `${name} is not ${connected}.`,
};

/** Moves the focus to the status when the flow ends, and when the control that had the focus disappears. */
function useFocus(root: RefObject<HTMLElement | null>, status: RefObject<HTMLElement | null>, state: FlowSnapshot["state"]) {
  const last = useRef<Element>(null);
  useEffect(() => {
    const { current } = root;
    const remember = ({ target }: FocusEvent) => void (last.current = target as Element);
    current?.addEventListener("focusin", remember);
    return () => current?.removeEventListener("focusin", remember);
  }, [root]);
  useLayoutEffect(() => {
    const control = last.current;
    const isGone = control && (!control.isConnected || control.closest("[hidden]"));
    const hasFocus = document.activeElement === document.body || document.activeElement === control;
    if (["connected", "failed", "cancelled"].includes(state) || (isGone && hasFocus)) status.current?.focus();
  }, [state, status]);
}

/** What to tell the user, by code. */
const texts: { [code in ConnectErrorCode]?: (name: string, error: ConnectError) => string } = {
  load_failed: () => "A part of this page could not be loaded.",
  access_denied: (name) => `You said no to ${name}, so nothing was connected.`,
  popup_closed: (name) => `The popup was closed before ${name} was connected.`,
  popup_blocked: () => "Your browser blocked the popup. Try again. If it is blocked again, allow popups for this page.",
  in_app_browser: (name) => `${name} does not allow signing in inside another app. Open this page in your browser.`,
  cancelled: () => "You cancelled the connection.",
  flow_expired: () => "The sign-in was not finished in time.",
  account_expired: () => "The sign-in was not finished in time.",
  account_mismatch: () => "You signed in as somebody else than before, so nothing was changed.",
  credentials_rejected: (name) => `${name} rejected these credentials, so nothing was connected.`,
  scopes_missing: (name) => `These credentials of ${name} lack a permission that is needed, so nothing was connected.`,
  callback_unbound: () => "You can close this window and continue where you started.",
  callback_replayed: () => "This attempt has already failed. Start again.",
  app_not_connectable: (name) => `${name} is not set up for this site yet.`,
  integration_not_found: (name) => `${name} is not set up for this site yet.`,
  not_found: (name) => `This site does not offer ${name}.`,
  forbidden: (name) => `This site does not offer ${name}.`,
  unauthorized: () => "Your session has ended. Sign in to this site again.",
  network: () => "The server could not be reached. Are you online?",
  timeout: () => "The server did not answer in time.",
  server: () => "The server is having trouble. Try again in a moment.",
  rate_limited: (_, { retryAfterMs }) => `Too many requests. Try again ${retryAfterMs ? `in ${Math.ceil(retryAfterMs / 1000)} s` : "in a moment"}.`,
};

/** Errors after which a new attempt can succeed, although the same call would fail again. */
const canStartAgain: readonly string[] = [
  "load_failed", "access_denied", "popup_closed", "cancelled", "flow_expired", "account_expired", "account_failed", "account_revoked",
  "callback_replayed", "credentials_rejected", "scopes_missing", "invalid_request", "network", "timeout", "server", "response_invalid",
];

function Problem({ error, name, onRetry }: { error: ConnectError; name: string; onRetry: () => Promise<unknown> }) {
  const text = texts[error.code]?.(name, error) ?? `${name} could not be connected.`;
  const canRetry = error.retryable || canStartAgain.includes(error.code);
  return (
    <div className="alert" role="alert">
      <p className="alert-text">{text}</p>
      {canRetry && (
        <div className="actions">
          {/* Called synchronously in the click, because it may open a popup. */}
          <button type="button" className="primary" onClick={() => void onRetry().catch(() => {})}>Try again</button>
        </div>
      )}
    </div>
  );
}
