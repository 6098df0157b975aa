import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { toneOf } from "../vanilla/dom.js";
import { explain } from "../vanilla/errors.js";
import { entities, hrefOf, paths } from "./address.js";
import { changes, createConnections } from "./connections-store.js";
import { Alert, Badge, Button, Confirm, Link, Since, Tile } from "./parts.jsx";
import { Users } from "./users.jsx";

/** The page of connections: what each entity has connected, and what can be done with it. */
export function Connections({ nameOf }) {
  return (
    <section className="page" aria-labelledby="connections-title">
      <div>
        <h2 id="connections-title">Connections</h2>
        <p className="muted">What {entities.join(" and ")} have connected, as the platform reports it.</p>
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

const Loading = () => <p className="muted loading" data-testid="loading">Asking the platform…</p>;

function Dashboard({ clients, nameOf }) {
  const [announcement, announce] = useState("");
  const store = useMemo(() => createConnections({ clients, entities, nameOf, announce }), [clients, nameOf]);
  const { accounts, error, isLooking, atMs } = useSyncExternalStore(store.subscribe, store.getSnapshot);
  const back = useReturn(clients, nameOf, store);
  return (
    <>
      <div className="pulse" data-testid="pulse" data-tone={error ? "bad" : "good"} aria-busy={isLooking}>
        <p className="small muted">{atMs ? <>Live. Asked <Since key={atMs} iso={new Date(atMs).toISOString()} />.</> : "Live."}</p>
        <Button onClick={() => void store.look()} isBusy={isLooking} data-testid="look">Ask again</Button>
      </div>
      <p className="hidden" role="status" data-testid="announcement">{announcement}</p>
      {back.notice && <p className="notice good" role="status" data-testid="returned">{back.notice}</p>}
      {back.error && <Alert explained={back.error} onDismiss={back.dismiss} />}
      {error && <Alert explained={explain(error)} onRetry={() => void store.look()} others={accounts ? ["What you see below may be out of date."] : []} />}
      {!accounts && !error && <Loading />}
      {accounts && entities.map((entity) => (
        <EntitySection key={entity} {...{ entity, client: clients[entity], nameOf, store, announce }} accounts={accounts.get(entity)} />
      ))}
    </>
  );
}

/** The client of the user whose attempt this page's address is about; all of them know of all attempts. */
function clientOfReturn(clients) {
  const said = [...new URLSearchParams(location.search).values()];
  const attempt = clients[entities[0]].pending().find(({ flowId, connectedAccountId }) => said.includes(flowId) || said.includes(connectedAccountId));
  return clients[attempt?.entityId] ?? clients[entities[0]];
}

/** What became of the sign-in that a refresh has sent the user to. */
function useReturn(clients, nameOf, store) {
  const [back, setBack] = useState({});
  useEffect(() => {
    let isHere = true;
    const settle = (result) => {
      changes.postMessage("changed");
      if (!isHere) return;
      setBack(result);
      void store.look();
    };
    clientOfReturn(clients).completeConnection().then(
      (done) => done && settle({ notice: `${nameOf(done.app ?? done.account.app)} of ${done.account.entityId} is connected again.` }),
      (thrown) => settle({ error: explain(thrown, undefined, { stage: "verify" }) }),
    );
    return () => {
      isHere = false;
    };
  }, [clients, nameOf, store]);
  return { ...back, dismiss: () => setBack({}) };
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
        <p className="empty" data-testid="empty">Nothing yet. What {entity} connects appears here.</p>
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
  INITIATED: "Waits for the sign-in at the provider. Refresh begins it anew.",
  INITIALIZING: "Waits for the sign-in at the provider. Refresh begins it anew.",
  PENDING: "The platform is not done with it yet.",
  EXPIRED: "Not finished in time, or access has run out. Refresh begins it anew.",
  FAILED: "It did not work out. Refresh begins it anew.",
  REVOKED: "Access was taken back. Refresh asks for it again.",
};

function Connection({ account, entity, name, client, store, announce, onGone }) {
  const { id: connectedAccountId, status, isDisabled } = account;
  const [busy, setBusy] = useState();
  const [error, setError] = useState();
  const [isAsking, setAsking] = useState(false);
  const whose = `${name} of ${entity}`;

  /** Does something, and shows what the platform says about the account afterwards, not what was meant to happen. */
  const operate = async (word, job) => {
    setBusy(word);
    setError(undefined);
    try {
      await job();
      changes.postMessage("changed");
    } catch (thrown) {
      setError(explain(thrown, name));
    }
    await store.look();
    setBusy(undefined);
  };

  const refresh = () =>
    operate("refresh", async () => {
      const redirectUrl = new URL(paths.connections, location.href).href;
      const request = await client.connectedAccounts.refresh({ connectedAccountId, redirectUrl });
      if (request.redirectUrl) {
        client.redirect(request);
        await leaving();
      } else announce(`${whose} was refreshed: ${request.connectionStatus}.`);
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
        // Somebody else was faster: what was asked for is the case.
        if (!["not_found", "gone"].includes(thrown?.code)) throw thrown;
      }
      setAsking(false);
    });

  const row = useRef(null);
  // Whoever did it, here or elsewhere: the keyboard goes on beside what is no more.
  useLayoutEffect(() => {
    const element = row.current;
    return () => {
      if (!element.contains(document.activeElement)) return;
      element.querySelector("dialog")?.close();
      onGone();
    };
  }, [onGone]);

  const of = <span className="hidden"> {whose}, {connectedAccountId}</span>;
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
          {isDisabled && status !== "INACTIVE" && <Badge>SWITCHED OFF</Badge>}
        </p>
        <p className="muted small facts">
          <span>Added <Since iso={account.createdAt} /></span>
          {account.authScheme && <span>{account.authScheme}</span>}
          <code>{connectedAccountId}</code>
        </p>
        {isDisabled ? <p className="small">Switched off: nothing can be done with it until it is enabled.</p> : remarks[status] && <p className="small">{remarks[status]}</p>}
        {account.statusReason && <p className="small muted">The platform says: <q>{account.statusReason}</q></p>}
      </div>
      <div className="actions">
        <Button onClick={refresh} isBusy={isBusy} className={toneOf(status) === "bad" ? "primary" : "plain"} data-testid="refresh">{busy === "refresh" ? "Refreshing…" : "Refresh"}{of}</Button>
        <Button onClick={toggle} isBusy={isBusy} data-testid="toggle">
          {busy === "disable" ? "Disabling…" : busy === "enable" ? "Enabling…" : isDisabled ? "Enable" : "Disable"}{of}
        </Button>
        <Button onClick={() => { setError(undefined); setAsking(true); }} isBusy={isBusy} className="plain danger" data-testid="delete">Delete{of}</Button>
      </div>
      {error && !isAsking && <Alert explained={error} onDismiss={() => setError(undefined)} />}
      {isAsking && (
        <Confirm
          title={`Delete ${whose}?`}
          action="Delete"
          isBusy={isBusy}
          error={error}
          onConfirm={remove}
          onCancel={() => { setError(undefined); setAsking(false); }}
        >
          <p>The platform forgets this account and its credentials, and whatever works with it stops working. This cannot be undone.</p>
          <p className="muted small"><code>{connectedAccountId}</code></p>
        </Confirm>
      )}
    </li>
  );
}

/** Settles when the page was not left after all, or has come back from the browser's cache. */
const leaving = () =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 10_000);
    addEventListener("pagehide", () => clearTimeout(timer), { once: true });
    addEventListener("pageshow", resolve, { once: true });
  });
