import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { toneOf } from "../vanilla/dom.js";
import { explain } from "../vanilla/errors.js";
import { entities, hrefOf, paths } from "./address.js";
import { changes, createConnections } from "./connections-store.js";
import { Alert, Badge, Button, Confirm, Link, Since, Tile } from "./parts.jsx";
import { Users } from "./users.jsx";

/** The page of connections: each entity's connected accounts, and the operations on them. */
export function Connections({ nameOf }) {
  return (
    <section className="page" aria-labelledby="connections-title">
      <div>
        <h2 id="connections-title">Connections</h2>
        <p className="muted">The accounts that {entities.join(" and ")} have connected, as the platform reports them.</p>
      </div>
      <Users>
        {({ clients, error, retry }) => {
          if (error) return <Alert explained={explain(error)} onRetry={retry} />;
          return clients ? <Dashboard clients={clients} nameOf={nameOf} /> : <Loading />;
        }}
      </Users>
    </section>
  );
}

const Loading = () => <p className="muted loading" data-testid="loading">Loading…</p>;

function Dashboard({ clients, nameOf }) {
  const [announcement, announce] = useState("");
  const store = useMemo(() => createConnections({ clients, entities, nameOf, announce }), [clients, nameOf]);
  const { accounts, error, isLoading, atMs } = useSyncExternalStore(store.subscribe, store.getSnapshot);
  const returned = useReturn(clients, nameOf, store);
  return (
    <>
      <div className="pulse" data-testid="pulse" data-tone={error ? "bad" : "good"} aria-busy={isLoading}>
        <p className="small muted">{atMs ? <>Live. Updated <Since key={atMs} iso={new Date(atMs).toISOString()} />.</> : "Live."}</p>
        <Button onClick={() => void store.reload()} isBusy={isLoading} data-testid="reload">Update now</Button>
      </div>
      <p className="hidden" role="status" data-testid="announcement">{announcement}</p>
      {returned.notice && <p className="notice good" role="status" data-testid="returned">{returned.notice}</p>}
      {returned.error && <Alert explained={returned.error} onDismiss={returned.dismiss} />}
      {error && <Alert explained={explain(error)} onRetry={() => void store.reload()} others={accounts ? ["The list below may be out of date."] : []} />}
      {!accounts && !error && <Loading />}
      {accounts && entities.map((entity) => (
        <EntitySection key={entity} {...{ entity, client: clients[entity], nameOf, store, announce }} accounts={accounts.get(entity)} />
      ))}
    </>
  );
}

/** The client of the user whose attempt this page's callback belongs to. Every client lists the attempts of all users. */
function clientForCallback(clients) {
  const parameters = [...new URLSearchParams(location.search).values()];
  const attempt = clients[entities[0]].pending().find(({ flowId, connectedAccountId }) => parameters.includes(flowId) || parameters.includes(connectedAccountId));
  return clients[attempt?.entityId] ?? clients[entities[0]];
}

/** Completes the connection when the user returns from the sign-in of a refresh. */
function useReturn(clients, nameOf, store) {
  const [result, setResult] = useState({});
  useEffect(() => {
    let isMounted = true;
    const settle = (settled) => {
      changes.postMessage("changed");
      if (!isMounted) return;
      setResult(settled);
      void store.reload();
    };
    clientForCallback(clients).completeConnection().then(
      (done) => done && settle({ notice: `${nameOf(done.app ?? done.account.app)} of ${done.account.entityId} is connected again.` }),
      (thrown) => settle({ error: explain(thrown, undefined, { stage: "verify" }) }),
    );
    return () => {
      isMounted = false;
    };
  }, [clients, nameOf, store]);
  return { ...result, dismiss: () => setResult({}) };
}

function EntitySection({ entity, accounts, nameOf, ...others }) {
  const title = useRef(null);
  const focusTitle = useCallback(() => title.current?.focus(), []);
  const id = `entity-${entity}`;
  const count = accounts.length === 1 ? "1 connection" : `${accounts.length} connections`;
  return (
    <section className="entity" aria-labelledby={id} data-testid={id}>
      <header>
        <div>
          <h3 id={id} ref={title} tabIndex={-1}>{entity}</h3>
          <p className="muted small">{count}</p>
        </div>
        <Link className="plain" href={hrefOf({ page: "connect", entity })}>Connect an app<span className="hidden"> for {entity}</span></Link>
      </header>
      {accounts.length === 0 ? (
        <p className="empty" data-testid="empty">No connections yet.</p>
      ) : (
        <ul className="connections">
          {accounts.map((account) => (
            <Connection
              key={account.id}
              {...{ account, entity, ...others }}
              name={nameOf(account.app)}
              onGone={focusTitle}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

const remarks = {
  INITIATED: "Waiting for the sign-in at the provider. Refresh starts it again.",
  INITIALIZING: "Waiting for the sign-in at the provider. Refresh starts it again.",
  PENDING: "The platform is still working on it.",
  EXPIRED: "The sign-in was not finished in time, or access has expired. Refresh starts it again.",
  FAILED: "The connection failed. Refresh starts it again.",
  REVOKED: "Access was revoked. Refresh asks for it again.",
};

function Connection({ account, entity, name, client, store, announce, onGone }) {
  const { id: connectedAccountId, status, isDisabled } = account;
  const [busy, setBusy] = useState();
  const [error, setError] = useState();
  const [isConfirming, setConfirming] = useState(false);
  const label = `${name} of ${entity}`;

  /** Runs an operation and then reloads, so that the page shows the actual state and not the intended one. */
  const operate = async (operation, job) => {
    setBusy(operation);
    setError(undefined);
    try {
      await job();
      changes.postMessage("changed");
    } catch (thrown) {
      setError(explain(thrown, name));
    }
    await store.reload();
    setBusy(undefined);
  };

  const refresh = () =>
    operate("refresh", async () => {
      const redirectUrl = new URL(paths.connections, location.href).href;
      const request = await client.connectedAccounts.refresh({ connectedAccountId, redirectUrl });
      if (request.redirectUrl) {
        client.redirect(request);
        await leaving();
      } else announce(`${label} was refreshed: ${request.connectionStatus}.`);
    });

  const toggle = () =>
    operate(isDisabled ? "enable" : "disable", () =>
      isDisabled ? client.connectedAccounts.enable({ connectedAccountId }) : client.connectedAccounts.disable({ connectedAccountId }),
    );

  const remove = () =>
    operate("delete", async () => {
      try {
        await client.connectedAccounts.delete({ connectedAccountId });
      } catch (thrown) {
        // The account is already deleted.
        if (!["not_found", "gone"].includes(thrown?.code)) throw thrown;
      }
      setConfirming(false);
    });

  const row = useRef(null);
  // When the row goes away, here or because of another tab, the focus moves to the section's title.
  useLayoutEffect(() => {
    const element = row.current;
    return () => {
      if (!element.contains(document.activeElement)) return;
      element.querySelector("dialog")?.close();
      onGone();
    };
  }, [onGone]);

  const hiddenLabel = <span className="hidden"> {label}, {connectedAccountId}</span>;
  const isBusy = busy !== undefined;
  return (
    <li
      ref={row}
      className="connection"
      data-testid="connection"
      data-account-id={connectedAccountId}
      data-app={account.app}
      data-status={status}
      data-disabled={isDisabled}
      aria-busy={isBusy}
    >
      <Tile app={account.app} name={name} />
      <div className="connection-text">
        <p className="account-name">
          <strong>{name}</strong>
          <Badge>{status}</Badge>
          {isDisabled && status !== "INACTIVE" && <Badge>DISABLED</Badge>}
        </p>
        <p className="muted small facts">
          <span>Added <Since iso={account.createdAt} /></span>
          {account.authScheme && <span>{account.authScheme}</span>}
          <code>{connectedAccountId}</code>
        </p>
        {isDisabled ? <p className="small">No action can use this account until it is enabled.</p> : remarks[status] && <p className="small">{remarks[status]}</p>}
        {account.statusReason && <p className="small muted">The platform says: <q>{account.statusReason}</q></p>}
      </div>
      <div className="actions">
        <Button onClick={refresh} isBusy={isBusy} className={toneOf(status) === "bad" ? "primary" : "plain"} data-testid="refresh">{busy === "refresh" ? "Refreshing…" : "Refresh"}{hiddenLabel}</Button>
        <Button onClick={toggle} isBusy={isBusy} data-testid="toggle">
          {busy === "disable" ? "Disabling…" : busy === "enable" ? "Enabling…" : isDisabled ? "Enable" : "Disable"}{hiddenLabel}
        </Button>
        <Button onClick={() => { setError(undefined); setConfirming(true); }} isBusy={isBusy} className="plain danger" data-testid="delete">Delete{hiddenLabel}</Button>
      </div>
      {error && !isConfirming && <Alert explained={error} onDismiss={() => setError(undefined)} />}
      {isConfirming && (
        <Confirm
          title={`Delete ${label}?`}
          action="Delete"
          isBusy={isBusy}
          error={error}
          onConfirm={remove}
          onCancel={() => { setError(undefined); setConfirming(false); }}
        >
          <p>The platform deletes this account and its credentials. Everything that uses it stops working. This cannot be undone.</p>
          <p className="muted small"><code>{connectedAccountId}</code></p>
        </Confirm>
      )}
    </li>
  );
}

/** Settles if the page is not left within 10 seconds, or when it is restored from the back/forward cache. */
const leaving = () =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 10_000);
    addEventListener("pagehide", () => clearTimeout(timer), { once: true });
    addEventListener("pageshow", resolve, { once: true });
  });
