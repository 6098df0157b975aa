// The accounts that a user has connected, with the operations on them. Copy this file into your app; its class names are yours to style.
// It needs a ConnectProvider above it.
import {
  useCallback, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore,
  type ButtonHTMLAttributes, type FormEvent, type ReactNode,
} from "react";
import type { ConnectClient, ConnectedAccount, ConnectError } from "connect-flow";
import { useConnectClient } from "connect-flow/react";

export type ConnectionsListProps = {
  title: string;
  /** Returns the display name of an app. Default: its key. */
  nameOf?: (app: string) => string;
  iconOf?: (app: string) => ReactNode;
  /** Where users return to after a refresh that needs a sign-in. Default: this page. */
  redirectUrl?: string;
  /** Whether this list completes the connection of a user who returns to this page. */
  completes?: boolean;
  /** Called with each error that the list shows, for your log: the list shows neither its code nor its request id. */
  onError?: (error: ConnectError) => void;
  /** Extra content beside the title. */
  children?: ReactNode;
};

const ownKey = (app: string) => app;

export function ConnectionsList({ title, nameOf = ownKey, completes = true, onError, children, ...others }: ConnectionsListProps) {
  const { client, error, retry } = useConnectClient();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const focusHeading = useCallback(() => heading.current?.focus(), []);
  const [announcement, announce] = useState("");
  const labelOf = useCallback((app: string) => `${nameOf(app)} of ${title}`, [nameOf, title]);
  const store = useMemo(() => client && createStore(client, labelOf, announce), [client, labelOf]);
  const { accounts, error: loadError, isLoading, atMs } = useSyncExternalStore(store?.subscribe ?? never, store?.getSnapshot ?? nothing, nothing);
  const returned = useReturn(completes ? client : null, labelOf, store);
  const failure = error ?? loadError;
  useEffect(() => {
    if (failure) onError?.(failure);
  }, [failure, onError]);
  useEffect(() => {
    if (returned.error) onError?.(returned.error);
  }, [returned.error, onError]);
  const count = accounts && (accounts.length === 1 ? "1 connection" : `${accounts.length} connections`);
  return (
    <section className="connections" aria-labelledby={id}>
      <header>
        <div>
          <h3 id={id} ref={heading} tabIndex={-1}>{title}</h3>
          <p className="muted small facts">
            {count && <span>{count}</span>}
            {failure ? <span>{atMs ? <>Out of date: last updated <Since atMs={atMs} /></> : "Not loaded"}</span> : atMs && <span>Updated <Since atMs={atMs} /></span>}
          </p>
        </div>
        {store && accounts && <Action onClick={() => void store.reload()} isBusy={isLoading}>Update<Hidden>the connections of {title}</Hidden></Action>}
        {children}
      </header>
      <p className="hidden" role="status">{announcement}</p>
      {returned.text && <p className="notice good" role="status">{returned.text}</p>}
      {returned.error && <Problem error={returned.error} text="The connection could not be confirmed." onDismiss={returned.dismiss} />}
      {failure && <Problem error={failure} text={accounts ? "The connections could not be updated." : "The connections could not be loaded."} onRetry={error ? retry : () => void store?.reload()} />}
      {!accounts && !failure && <p className="muted loading" role="status">Loading…</p>}
      {accounts?.length === 0 && <p className="empty">No connections yet.</p>}
      {store && client && accounts && accounts.length > 0 && (
        <ul>
          {accounts.map((account) => (
            <Row key={account.id} {...{ account, client, store, announce }} {...others} onError={onError} name={nameOf(account.app)} owner={title} onGone={focusHeading} />
          ))}
        </ul>
      )}
    </section>
  );
}

const remarks: { [status: string]: string } = {
  INITIATED: "Waiting for the sign-in at the provider. Refresh starts it again.",
  INITIALIZING: "Waiting for the sign-in at the provider. Refresh starts it again.",
  PENDING: "The platform is still working on it.",
  EXPIRED: "The sign-in was not finished in time, or access has expired. Refresh starts it again.",
  FAILED: "The connection failed. Refresh starts it again.",
  REVOKED: "Access was revoked. Refresh asks for it again.",
};

type RowProps = Pick<ConnectionsListProps, "iconOf" | "redirectUrl"> & {
  onError: ConnectionsListProps["onError"];
  account: ConnectedAccount;
  name: string;
  owner: string;
  client: ConnectClient;
  store: Store;
  announce: (text: string) => void;
  onGone: () => void;
};

function Row({ account, name, owner, iconOf, redirectUrl, onError, client, store, announce, onGone }: RowProps) {
  const { id: connectedAccountId, alias, status, isDisabled } = account;
  const [busy, setBusy] = useState<string>();
  const [failed, setFailed] = useState<{ error: ConnectError; text: string }>();
  const [open, setOpen] = useState<"rename" | "delete">();
  const label = `${alias ?? name} of ${owner}`;

  /** Runs an operation and then reloads, so that the page shows the actual state and not the intended one. */
  const operate = async (operation: string, text: string, job: () => Promise<unknown>) => {
    setBusy(operation);
    setFailed(undefined);
    try {
      await job();
      setOpen(undefined);
      store.tell();
    } catch (thrown) {
      const error = thrown as ConnectError;
      onError?.(error);
      setFailed({ error, text: error.code === "conflict" && operation === "rename" ? "Another connection has this name." : text });
    }
    await store.reload();
    setBusy(undefined);
  };
  const show = (what: typeof open) => {
    setFailed(undefined);
    setOpen(what);
  };

  const refresh = () =>
    operate("refresh", `${name} could not be refreshed.`, async () => {
      const request = await client.connectedAccounts.refresh({ connectedAccountId, redirectUrl });
      if (!request.redirectUrl) return announce(`${label} was refreshed: ${request.connectionStatus}.`);
      client.redirect(request);
      return leaving();
    });
  const toggle = () =>
    isDisabled
      ? operate("enable", `${name} could not be enabled.`, () => client.connectedAccounts.enable({ connectedAccountId }))
      : operate("disable", `${name} could not be disabled.`, () => client.connectedAccounts.disable({ connectedAccountId }));
  const rename = (wanted: string) =>
    operate("rename", `${name} could not be renamed.`, () => client.connectedAccounts.update({ connectedAccountId, alias: wanted }));
  const remove = () =>
    operate("delete", `${name} could not be deleted.`, () =>
      client.connectedAccounts.delete({ connectedAccountId }).catch((error: ConnectError) => {
        // Otherwise the account is already deleted.
        if (!["not_found", "gone"].includes(error.code)) throw error;
      }),
    );

  const row = useRef<HTMLLIElement>(null);
  // When the row goes away, here or because of another tab, the focus moves to the list's title.
  useLayoutEffect(() => {
    const element = row.current!;
    return () => {
      if (!element.contains(document.activeElement)) return;
      element.querySelector("dialog")?.close();
      onGone();
    };
  }, [onGone]);

  const isBusy = busy !== undefined;
  const suffix = <Hidden>{label}, {connectedAccountId}</Hidden>;
  const texts = { refresh: "Refresh", rename: "Rename", toggle: isDisabled ? "Enable" : "Disable" };
  if (busy === "refresh") texts.refresh = "Refreshing…";
  if (busy === "enable" || busy === "disable") texts.toggle = busy === "enable" ? "Enabling…" : "Disabling…";
  return (
    <li
      ref={row}
      className="connection"
      data-disabled={isDisabled}
      aria-busy={isBusy}
    >
      {iconOf?.(account.app)}
      <div className="connection-text">
        <p className="account-name">
          <strong>{name}</strong>
          {alias && <span className="alias">{alias}</span>}
          <Status status={status} />
          {isDisabled && status !== "INACTIVE" && <Status status="DISABLED" />}
        </p>
        <p className="muted small facts">
          <span>Added <Since atMs={Date.parse(account.createdAt ?? "")} /></span>
          {account.authScheme && <span>{account.authScheme}</span>}
          <code>{connectedAccountId}</code>
        </p>
        {isDisabled ? <p className="small">No action can use this account until it is enabled.</p> : remarks[status] && <p className="small">{remarks[status]}</p>}
        {open === "rename" && <Rename label={label} alias={alias ?? ""} isBusy={isBusy} onSave={rename} onCancel={() => show(undefined)} />}
      </div>
      <div className="actions">
        <Action onClick={refresh} isBusy={isBusy} className={toneOf(status) === "bad" ? "primary" : "plain"}>{texts.refresh}{suffix}</Action>
        <Action onClick={() => show(open === "rename" ? undefined : "rename")} isBusy={isBusy} aria-expanded={open === "rename"}>{texts.rename}{suffix}</Action>
        <Action onClick={toggle} isBusy={isBusy}>{texts.toggle}{suffix}</Action>
        <Action onClick={() => show("delete")} isBusy={isBusy} className="plain danger">Delete{suffix}</Action>
      </div>
      {failed && open !== "delete" && <Problem {...failed} onDismiss={() => setFailed(undefined)} />}
      {open === "delete" && (
        <Confirm title={`Delete ${label}?`} action="Delete" isBusy={isBusy} failed={failed} onConfirm={remove} onCancel={() => show(undefined)}>
          <p>The platform deletes this account and its credentials. Everything that uses it stops working. This cannot be undone.</p>
          <p className="muted small"><code>{connectedAccountId}</code></p>
        </Confirm>
      )}
    </li>
  );
}

/** Settles if the page is not left within 10 seconds, or when it is restored from the back/forward cache. */
const leaving = () =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 10_000);
    addEventListener("pagehide", () => clearTimeout(timer), { once: true });
    addEventListener("pageshow", () => resolve(), { once: true });
  });

type RenameProps = { label: string; alias: string; isBusy: boolean; onSave: (alias: string) => void; onCancel: () => void };

/** Focuses its input. Escape and Cancel close it, and return the focus. */
function Rename({ label, alias, isBusy, onSave, onCancel }: RenameProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    input.current!.select();
    return () => {
      if (before?.isConnected) before.focus();
    };
  }, []);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onSave(input.current!.value.trim());
  };
  return (
    <form className="rename" onSubmit={save} onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <label className="small" htmlFor={id}>Name<Hidden>of {label}</Hidden></label>
      <div className="control"><input ref={input} id={id} defaultValue={alias} placeholder="e.g. Work" autoComplete="off" /></div>
      <div className="actions">
        <Action type="submit" isBusy={isBusy} className="primary">{isBusy ? "Saving…" : "Save"}</Action>
        <Action onClick={onCancel} isBusy={isBusy}>Cancel</Action>
      </div>
    </form>
  );
}

type ConfirmProps = {
  title: string;
  action: string;
  isBusy: boolean;
  failed: { error: ConnectError; text: string } | undefined;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
};

/** Asks before an irreversible operation. Cancel has the focus, and Escape cancels. */
function Confirm({ title, action, isBusy, failed, onConfirm, onCancel, children }: ConfirmProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // A layout effect, so that the dialog closes before it is removed: only then does it restore the focus.
  useLayoutEffect(() => {
    const current = dialog.current!;
    current.showModal();
    return () => current.close();
  }, []);
  const cancel = () => !isBusy && onCancel();
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby={id}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        cancel();
      }}
      // Some browsers close the dialog at the second Escape, despite preventDefault. StrictMode also closes it, but has reopened it by now.
      onClose={() => !dialog.current?.open && cancel()}
    >
      <h2 id={id}>{title}</h2>
      <div id={`${id}-text`}>{children}</div>
      {failed && <Problem {...failed} />}
      <div className="actions">
        <Action onClick={cancel} isBusy={isBusy} autoFocus>Cancel</Action>
        <Action onClick={onConfirm} isBusy={isBusy} className="primary danger">{isBusy ? "Deleting…" : action}</Action>
      </div>
    </dialog>
  );
}

type ActionProps = ButtonHTMLAttributes<HTMLButtonElement> & { isBusy: boolean };

/** A button that keeps the focus while it is busy. A disabled button would lose it. */
const Action = ({ isBusy, onClick, className = "plain", ...others }: ActionProps) => (
  <button type="button" className={className} aria-disabled={isBusy || undefined} onClick={isBusy ? (event) => event.preventDefault() : onClick} {...others} />
);

/** Text for screen readers, which tells equal buttons apart. */
const Hidden = ({ children }: { children: ReactNode }) => <span className="hidden"> {children}</span>;

function toneOf(status: string) {
  if (status === "ACTIVE") return "good";
  if (["INITIATED", "INITIALIZING", "PENDING"].includes(status)) return "waiting";
  return ["FAILED", "EXPIRED", "REVOKED"].includes(status) ? "bad" : "neutral";
}

const Status = ({ status }: { status: string }) => <span className="badge" data-tone={toneOf(status)}>{status}</span>;

const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "medium" });

function ago(atMs: number) {
  const passedMs = Date.now() - atMs;
  const unit = units.find(([, ms]) => passedMs >= ms);
  return unit ? relative.format(-Math.floor(passedMs / unit[1]), unit[0]) : "just now";
}

/** A relative time that stays current. The exact time is its tooltip. */
function Since({ atMs }: { atMs: number }) {
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
  callback_unbound: "You can close this window and continue where you started.",
};

type ProblemProps = { error: ConnectError; text: string; onRetry?: () => void; onDismiss?: () => void };

function Problem({ error, text, onRetry, onDismiss }: ProblemProps) {
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

type Returned = { text?: string; error?: ConnectError };

/** Completes the connection when the user returns from the sign-in of a refresh. */
function useReturn(client: ConnectClient | null, labelOf: (app: string) => string, store: Store | null) {
  const [result, setResult] = useState<Returned>({});
  useEffect(() => {
    let isMounted = true;
    const settle = (settled: Returned) => {
      store?.tell();
      if (!isMounted) return;
      setResult(settled);
      void store?.reload();
    };
    client?.completeConnection().then(
      (done) => done && settle({ text: `${labelOf(done.account.app)} is connected again.` }),
      (error: ConnectError) => settle({ error }),
    );
    return () => {
      isMounted = false;
    };
  }, [client, labelOf, store]);
  return { ...result, dismiss: () => setResult({}) };
}

/** The polling interval while a connection is pending, otherwise, and the longest one after failures. */
const PENDING_MS = 3_000;
const IDLE_MS = 15_000;
const MAX_MS = 60_000;

/** Connects the lists in all tabs of this site. */
const CHANNEL = "connections-changed";

type State = { accounts?: ConnectedAccount[]; error?: ConnectError | undefined; isLoading: boolean; atMs?: number };
type Store = ReturnType<typeof createStore>;

const initial: State = { isLoading: false };
const nothing = () => initial;
const never = () => () => {};

/**
 * A store of the user's accounts, for `useSyncExternalStore`. It reloads when the page is shown or focused, when another tab changes an
 * account, and by polling: often while a connection is pending, otherwise rarely, and never while the page is hidden.
 */
function createStore(client: ConnectClient, labelOf: (app: string) => string, announce: (text: string) => void) {
  const listeners = new Set<() => void>();
  let state = initial;
  let current: Promise<void> | undefined, next: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let channel: BroadcastChannel | undefined;
  let failures = 0;

  function set(change: Partial<State>) {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  async function load() {
    clearTimeout(timer);
    set({ isLoading: true });
    try {
      const accounts: ConnectedAccount[] = [];
      for await (const account of client.connectedAccounts.list()) accounts.push(account);
      accounts.sort((a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? ""));
      const news = state.accounts ? differences(state.accounts, accounts, labelOf) : [];
      if (news.length) announce(news.join(" "));
      failures = 0;
      set({ accounts, error: undefined, isLoading: false, atMs: Date.now() });
    } catch (error) {
      failures += 1;
      set({ error: error as ConnectError, isLoading: false });
    }
    schedule();
  }

  /** Resolves after a load that began after this call. Concurrent calls share it. */
  function reload(): Promise<void> {
    if (current) {
      next ??= current.then(() => {
        next = undefined;
        return reload();
      });
      return next;
    }
    current = load().finally(() => {
      current = undefined;
    });
    return current;
  }

  function schedule() {
    clearTimeout(timer);
    if (!listeners.size || document.hidden || !navigator.onLine) return;
    const isPending = state.accounts?.some(({ status }) => toneOf(status) === "waiting");
    const backoff = Math.max(state.error?.retryAfterMs ?? 0, Math.min(PENDING_MS * 2 ** (failures - 1), MAX_MS));
    timer = setTimeout(reload, failures ? backoff : isPending ? PENDING_MS : IDLE_MS);
  }

  const refresh = () => (document.hidden ? clearTimeout(timer) : void reload());
  // The Back button at the provider restores the page from the back/forward cache.
  const restore = (event: PageTransitionEvent) => event.persisted && refresh();

  function start() {
    channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener("message", refresh);
    document.addEventListener("visibilitychange", refresh);
    for (const type of ["focus", "online"]) addEventListener(type, refresh);
    addEventListener("pageshow", restore);
    void reload();
  }

  function stop() {
    clearTimeout(timer);
    channel?.close();
    document.removeEventListener("visibilitychange", refresh);
    for (const type of ["focus", "online"]) removeEventListener(type, refresh);
    removeEventListener("pageshow", restore);
  }

  return {
    reload,
    getSnapshot: () => state,
    /** Tells the other lists about a change. */
    tell: () => channel?.postMessage("changed"),
    subscribe(listener: () => void) {
      listeners.add(listener);
      if (listeners.size === 1) start();
      return () => {
        listeners.delete(listener);
        if (!listeners.size) stop();
      };
    },
  };
}

/** Tells all lists of this site that an account was changed elsewhere. */
export function tellConnections() {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}

/** A sentence for each account that was added, deleted or changed. */
function differences(before: readonly ConnectedAccount[], after: readonly ConnectedAccount[], labelOf: (app: string) => string) {
  const sentences: string[] = [];
  const known = new Map(before.map((account) => [account.id, account]));
  for (const account of after) {
    const old = known.get(account.id);
    known.delete(account.id);
    const name = labelOf(account.app);
    if (!old) sentences.push(`${name} was added: ${account.status}.`);
    else if (old.isDisabled !== account.isDisabled) sentences.push(`${name} is ${account.isDisabled ? "disabled" : "enabled"}.`);
    else if (old.status !== account.status) sentences.push(`${name} is ${account.status}.`);
    else if (old.alias !== account.alias) sentences.push(account.alias ? `${name} is now named ${account.alias}.` : `${name} has no name now.`);
  }
  for (const account of known.values()) sentences.push(`${labelOf(account.app)} is deleted.`);
  return sentences;
}
