import { useEffect, useRef } from "react";
import { useConnectFlow } from "connect-flow/react";
import { explain } from "../vanilla/errors.js";
import { entities, hrefOf, modes } from "./address.js";
import { changes } from "./connections-store.js";
import { Form } from "./form.jsx";
import { Alert, Badge, Button, Link, Since, Tile } from "./parts.jsx";
import { User } from "./users.jsx";

/** The page for connecting an app. The panel on the right renders one snapshot of the flow. */
export function Connect({ address, apps, nameOf }) {
  const { app, entity, mode } = address;
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
            <Flow key={`${app} ${entity} ${mode}`} {...{ app, entity, mode }} name={nameOf(app)} />
          </User>
        ) : (
          <>
            <h2 id="flow-title">The flow</h2>
            <p className="muted">Choose an app. This panel then shows the state of <code>useConnectFlow</code>.</p>
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

/** The text for each state, also announced by screen readers. */
const sentences = {
  idle: () => "One moment…",
  loading: (name) => `Loading what ${name} needs…`,
  ready: (name, { expectedInputFields: { length } }) =>
    length === 0 ? `${name} needs only your consent.` : `${name} needs ${length === 1 ? "one value" : `${length} values`} from you.`,
  initiating: () => "Creating the connection…",
  redirecting: (name) => `Redirecting you to sign in to ${name}…`,
  waiting: (name, { isPopupOpen }) =>
    isPopupOpen ? `Sign in to ${name} in the other window. This page continues automatically.` : `Finish the sign-in to ${name}. This page checks the status from time to time.`,
  completing: () => "This site’s server has to complete the connection.",
  verifying: () => "Checking the status…",
  connected: (name, { account }) => `${name} is connected for ${account.entityId}.`,
  failed: (name) => `${name} is not connected.`,
  cancelled: (name) => `${name} is not connected.`,
};

const isBusy = ({ state }) => ["idle", "loading", "initiating", "redirecting", "verifying", "completing"].includes(state);
const tones = { connected: "good", failed: "bad", cancelled: "bad", waiting: "waiting" };

function Flow({ app, entity, mode, name }) {
  const flow = useConnectFlow({ app, entityId: entity, mode });
  const { state, expectedInputFields } = flow;
  const end = useRef(null);

  // Moves the focus to the outcome.
  const hasEnded = ["connected", "failed", "cancelled"].includes(state);
  useEffect(() => {
    if (hasEnded) end.current?.focus();
  }, [hasEnded]);
  useEffect(() => {
    if (state === "connected") changes.postMessage("changed");
  }, [state]);

  return (
    <div data-testid="flow" data-state={state} data-app={app} aria-busy={isBusy(flow)}>
      <header className="flow-head">
        <Tile app={app} name={name} />
        <div>
          <h2 id="flow-title">{name} for {entity}</h2>
          <p className="muted small facts">
            {flow.authScheme && <span>{flow.authScheme}</span>}
            {flow.integrationId && <code>{flow.integrationId}</code>}
          </p>
        </div>
        <Badge tone={tones[state] ?? "neutral"} data-testid="flow-state">{state}</Badge>
      </header>
      <div ref={end} tabIndex={-1}>
        <p className={isBusy(flow) ? "loading" : undefined} role="status" data-testid="said">{sentences[state](name, flow)}</p>
        {(state === "failed" || state === "cancelled") && (
          <Outcome flow={flow} name={name} />
        )}
        {state === "connected" && <Connected flow={flow} name={name} />}
      </div>
      {(state === "ready" || state === "initiating") && (
        <>
          {state === "ready" && flow.inAppBrowser && (
            <p className="notice">You are using the browser inside {flow.inAppBrowser}, which many providers do not accept. Open this page in your own browser.</p>
          )}
          <Form
            fields={expectedInputFields}
            issues={state === "ready" ? flow.issues : []}
            submitLabel={flow.authScheme?.includes("OAUTH") ? `Continue to ${name}` : `Connect ${name}`}
            isHidden={state !== "ready"}
            onSubmit={flow.submit}
          />
        </>
      )}
      {["loading", "initiating", "waiting", "verifying", "completing"].includes(state) && (
        <div className="actions"><Button onClick={flow.cancel} data-testid="cancel">Cancel</Button></div>
      )}
    </div>
  );
}

/** Texts for errors that only a flow can have. */
const flowErrors = {
  popup_closed: "The window was closed before the sign-in was finished.",
  popup_blocked: "The browser blocked the sign-in window. Allow popups for this page, or choose redirect.",
  connection_not_needed: "This app needs no connection. Its actions can be used right away.",
};

function Outcome({ flow: { error, retry }, name }) {
  const explained = flowErrors[error.code] ? { error, text: flowErrors[error.code] } : explain(error, name);
  const canRetry = !["invalid_argument", "connection_not_needed"].includes(error.code);
  return <Alert explained={{ ...explained, canRetry }} onRetry={() => void retry()} />;
}

const Connected = ({ flow: { account }, name }) => (
  <article className="card" data-testid="account-card">
    <header>
      <Tile app={account.app} name={name} />
      <h3>{name}</h3>
      <Badge data-testid="account-status">{account.status}</Badge>
    </header>
    <dl>
      <Fact term="Entity"><span data-testid="account-entity">{account.entityId}</span></Fact>
      <Fact term="Account"><code data-testid="account-id">{account.id}</code></Fact>
      <Fact term="Added"><Since iso={account.createdAt} /></Fact>
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
