import { useMemo } from "react";
import { ConnectProvider, useConnectClient } from "connect-flow/react";
import { entities } from "./address.js";

// An app has a session for this, and one user in it; the demo's server is told as whom the page asks.
const options = Object.fromEntries(
  entities.map((entityId) => [entityId, { baseUrl: "/api/connect", entityId, headers: { "demo-user": entityId } }]),
);
const none = {};

/** What is inside asks as this user. */
export const User = ({ entity, children }) => <ConnectProvider key={entity} options={options[entity]}>{children}</ConnectProvider>;

/** Renders what `children` makes of `{ clients, error, retry }`; `clients` by user, once all are there. */
export const Users = ({ names: [entity, ...others] = entities, clients = none, children }) => (
  <User entity={entity}>
    <WithClient {...{ entity, others, clients, children }} />
  </User>
);

function WithClient({ entity, others, clients, children }) {
  const { client, error, retry } = useConnectClient();
  const known = useMemo(() => ({ ...clients, [entity]: client }), [clients, entity, client]);
  if (client && others.length) return <Users names={others} clients={known}>{children}</Users>;
  return children({ clients: client && known, error, retry });
}
