// The accounts that a user has connected, with the operations on them. Copy the files of this folder into your app; their class names are
// yours to style. It needs a ConnectProvider above it.
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { ConnectClient, ConnectedAccount, ConnectError } from "connect-flow";
import { useConnectClient, useConnectedAccounts } from "connect-flow/react";
import { ConnectionRow } from "./connection-row";
import { Action, Hidden, Problem, Since, toneOf } from "./connection-ui";

export type ConnectionsListProps = {
  title: string;
  /** Id of the user. Shared accounts of other users are then listed without operations. Default: all accounts are the user's. */
  entityId?: string;
  /** Returns the display name of an app. Default: its key. */
  nameOf?: (app: string) => string;
  iconOf?: (app: string) => ReactNode;
  /** Where users return to after they have signed in again. Default: this page. */
  redirectUrl?: string;
  /** Whether this list completes the connection of a user who returns to this page. */
  completes?: boolean;
  /** Called with each error that the list shows, for your log: the list shows neither its code nor its request id. */
  onError?: (error: ConnectError) => void;
  /** Extra content beside the title. */
  children?: ReactNode;
};

const ownKey = (app: string) => app;

export function ConnectionsList({ title, entityId, nameOf = ownKey, iconOf, redirectUrl, completes = true, onError, children }: ConnectionsListProps) {
  const { client, error, retry } = useConnectClient();
  const { accounts: listed, error: loadError, isLoading, reload } = useConnectedAccounts();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const focusHeading = useCallback(() => heading.current?.focus(), []);
  const [announcement, announce] = useState("");
  const labelOf = useCallback((app: string) => `${nameOf(app)} of ${title}`, [nameOf, title]);
  const accounts = useMemo(() => listed && [...listed].sort((a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? "")), [listed]);
  const atMs = useMemo(() => listed && Date.now(), [listed]);
  const replaced = useChanges(listed, labelOf, announce);
  const onReconnected = useCallback((connectedAccountId: string, successorId: string, label: string) => {
    if (successorId !== connectedAccountId) replaced.current.set(connectedAccountId, successorId);
    announce(`${label} is connected again.`);
  }, [replaced]);
  usePolling(listed, loadError, reload);
  const returned = useReturn(completes ? client : null, labelOf);
  const failure = error ?? loadError;
  useEffect(() => {
    if (failure) onError?.(failure);
  }, [failure, onError]);
  useEffect(() => {
    if (returned.error) onError?.(returned.error);
  }, [returned.error, onError]);
  const count = accounts && (accounts.length === 1 ? "1 connection" : `${accounts.length} connections`);
  const again = () => {
    if (error) retry();
    void reload();
  };
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
        {accounts && <Action onClick={() => void reload()} isBusy={isLoading}>Update<Hidden>the connections of {title}</Hidden></Action>}
        {children}
      </header>
      <p className="hidden" role="status">{announcement}</p>
      {returned.text && <p className="notice good" role="status">{returned.text}</p>}
      {returned.error && <Problem error={returned.error} text="The connection could not be confirmed." onDismiss={returned.dismiss} />}
      {failure && <Problem error={failure} text={accounts ? "The connections could not be updated." : "The connections could not be loaded."} onRetry={again} />}
      {!accounts && !failure && <p className="muted loading" role="status">Loading…</p>}
      {accounts?.length === 0 && <p className="empty">No connections yet.</p>}
      {client && accounts && accounts.length > 0 && (
        <ul>
          {accounts.map((account) => (
            <ConnectionRow
              key={account.id}
              {...{ account, client, redirectUrl, reload, onReconnected, onError }}
              isOfAnother={Boolean(entityId && account.entityId && account.entityId !== entityId)}
              icon={iconOf?.(account.app)}
              name={nameOf(account.app)}
              owner={title}
              onGone={focusHeading}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

type Returned = { text?: string; error?: ConnectError };

/** Completes the connection when the user returns from the provider. */
function useReturn(client: ConnectClient | null, labelOf: (app: string) => string) {
  const [result, setResult] = useState<Returned>({});
  useEffect(() => {
    let isMounted = true;
    const settle = (settled: Returned) => isMounted && setResult(settled);
    client?.completeConnection().then(
      (done) => done && settle({ text: `${labelOf(done.account.app)} is connected again.` }),
      (error: ConnectError) => settle({ error }),
    );
    return () => {
      isMounted = false;
    };
  }, [client, labelOf]);
  return { ...result, dismiss: () => setResult({}) };
}

/** The polling interval while a connection is pending, otherwise, and the longest one after failures. */
const PENDING_MS = 3_000;
const IDLE_MS = 15_000;
const MAX_MS = 60_000;

/** Loads the list from time to time, for what is changed outside of this browser: often while a connection is pending, otherwise rarely. */
function usePolling(accounts: readonly ConnectedAccount[] | undefined, error: ConnectError | null, reload: () => Promise<void>) {
  const failures = useRef(0);
  useEffect(() => {
    failures.current = error ? failures.current + 1 : 0;
    if (!accounts && !error) return;
    const isPending = accounts?.some(({ status }) => toneOf(status) === "waiting");
    const backoff = Math.max(error?.retryAfterMs ?? 0, Math.min(PENDING_MS * 2 ** (failures.current - 1), MAX_MS));
    const timer = setTimeout(reload, error ? backoff : isPending ? PENDING_MS : IDLE_MS);
    return () => clearTimeout(timer);
  }, [accounts, error, reload]);
}

/** Announces the differences between one list and the next. Returns the reconnected accounts with their successors, which are announced already. */
function useChanges(accounts: readonly ConnectedAccount[] | undefined, labelOf: (app: string) => string, announce: (text: string) => void) {
  const last = useRef(accounts);
  const replaced = useRef(new Map<string, string>());
  // A layout effect: the announcement appears together with the change.
  useLayoutEffect(() => {
    const announced = new Set([...replaced.current].flat());
    const news = last.current && accounts ? differences(last.current, accounts, (account) => announced.has(account.id), labelOf) : [];
    for (const id of replaced.current.keys()) if (!accounts?.some((account) => account.id === id)) replaced.current.delete(id);
    if (news.length) announce(news.join(" "));
    last.current = accounts;
  }, [accounts, labelOf, announce]);
  return replaced;
}

/** A sentence for each account that was added, deleted or changed. */
function differences(
  before: readonly ConnectedAccount[], after: readonly ConnectedAccount[], isAnnounced: (account: ConnectedAccount) => boolean, labelOf: (app: string) => string,
) {
  const sentences: string[] = [];
  const known = new Map(before.map((account) => [account.id, account]));
  for (const account of after) {
    const old = known.get(account.id);
    known.delete(account.id);
    if (isAnnounced(account)) continue;
    const name = labelOf(account.app);
    if (!old) sentences.push(`${name} was added: ${account.status}.`);
    else if (old.isDisabled !== account.isDisabled) sentences.push(`${name} is ${account.isDisabled ? "disabled" : "enabled"}.`);
    else if (old.status !== account.status) sentences.push(`${name} is ${account.status}.`);
    else if (old.alias !== account.alias) sentences.push(account.alias ? `${name} is now named ${account.alias}.` : `${name} has no name now.`);
  }
  for (const account of known.values()) if (!isAnnounced(account)) sentences.push(`${labelOf(account.app)} is deleted.`);
  return sentences;
}
