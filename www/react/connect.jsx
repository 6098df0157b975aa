import { useState } from "react";
import { toneOf } from "../vanilla/dom.js";
import { entities, hrefOf, modes } from "./address.js";
import { ConnectButton } from "./parts/connect-button.tsx";
import { ConnectForm } from "./parts/connect-form.tsx";
import { Link, Tile } from "./parts.jsx";
import { User } from "./users.jsx";

/** The page for connecting an app. The panel on the right renders one snapshot of the flow. */
export function Connect({ address, apps, nameOf }) {
  const { app, entity, mode, whenConnected, verify } = address;
  return (
    <div className="layout">
      <section className="apps" aria-labelledby="apps-title">
        <h2 id="apps-title" tabIndex={-1}>Choose an app</h2>
        <ul className="app-grid">
          {apps.map(({ key, name, description }) => (
            <li key={key}>
              <Link className="app" href={hrefOf({ ...address, app: key })} aria-current={key === app || undefined} data-testid={`app-${key}`}>
                <Tile app={key} name={name ?? key} />
                <span className="app-text">
                  <span className="app-name">{name ?? key}</span>
                  <span className="app-about">{description}</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel steps" aria-labelledby="flow-title">
        <Choices address={address} />
        {app ? (
          <User entity={entity}>
            <Flow key={`${app} ${entity} ${mode}`} {...{ app, entity, mode, whenConnected, verify }} name={nameOf(app)} />
          </User>
        ) : (
          <>
            <h2 id="flow-title">The flow</h2>
            <p className="muted">Choose an app. This panel then shows the state of its flow.</p>
          </>
        )}
      </section>
    </div>
  );
}

const Choices = ({ address }) => (
  <div className="choices">
    <Choice label="User" values={entities} chosen={address.entity} hrefFor={(entity) => hrefOf({ ...address, entity })} />
    <Choice label="Mode" values={modes} chosen={address.mode} hrefFor={(mode) => hrefOf({ ...address, mode })} />
  </div>
);

const Choice = ({ label, values, chosen, hrefFor }) => (
  <nav className="switch" aria-label={label}>
    <span className="switch-label" aria-hidden="true">{label}</span>
    <span className="segments">
      {values.map((value) => (
        <Link key={value} href={hrefFor(value)} aria-current={value === chosen || undefined} data-testid={`choose-${value}`}>{value}</Link>
      ))}
    </span>
  </nav>
);

/** The flow of one app, with the options that the address has. */
function Flow({ app, entity, mode, whenConnected, verify, name }) {
  const options = { app, entityId: entity, mode, whenConnected, verify: verify ? { action: verify } : undefined };
  const [account, setAccount] = useState();
  return (
    <>
      <ConnectButton {...options} name={name} Form={ConnectForm} autoFocus onConnected={setAccount}>
        {(flow) => <Head flow={flow} app={app} name={name} entity={entity} />}
      </ConnectButton>
      {account && <Account account={account} name={name} />}
    </>
  );
}

const tones = { connected: "good", failed: "bad", waiting: "waiting" };

/** What the flow is about, and its state. */
function Head({ flow, app, name, entity }) {
  const isNotNeeded = flow.error?.code === "connection_not_needed";
  return (
    <header className="flow-head">
      <Tile app={app} name={name} />
      <div>
        <h2 id="flow-title">{name} for {entity}</h2>
        <p className="muted small facts">
          <span className="badge" data-tone={isNotNeeded ? "neutral" : tones[flow.state] ?? "neutral"} data-testid="flow-state">{isNotNeeded ? "not needed" : flow.state}</span>
          {flow.authScheme && <span>{flow.authScheme}</span>}
          {flow.integrationId && <code>{flow.integrationId}</code>}
        </p>
        {flow.existing?.length > 0 && (
          <p className="small" data-testid="existing">Connected already: {flow.existing.map(labelOf).join(", ")}. You connect one more account here.</p>
        )}
        {flow.error && (
          <details className="muted small">
            <summary>For developers</summary>
            <code data-testid="error-code">{flow.error.code}</code>{flow.error.requestId && ` · request ${flow.error.requestId}`}
            {flow.error.errorDescription && <> · <q>{flow.error.errorDescription}</q></>}
          </details>
        )}
      </div>
    </header>
  );
}

const labelOf = ({ alias, displayName, wordId, id }) => alias ?? displayName ?? wordId ?? id;

const Account = ({ account, name }) => (
  <article className="card" data-testid="account-card">
    <header>
      <Tile app={account.app} name={name} />
      <h3>{account.alias ?? name}</h3>
      <span className="badge" data-tone={toneOf(account.status)} data-testid="account-status">{account.status}</span>
    </header>
    <dl>
      <Fact term="User"><span data-testid="account-entity">{account.entityId}</span></Fact>
      <Fact term="Account"><code data-testid="account-id">{account.id}</code></Fact>
    </dl>
    <div className="actions">
      <Link className="plain" href={hrefOf({ page: "connections" })} data-testid="to-connections">See all connections</Link>
    </div>
  </article>
);

const Fact = ({ term, children }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);
