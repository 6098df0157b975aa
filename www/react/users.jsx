import { useMemo } from "react";
import { ConnectProvider, useConnectClient } from "connect-flow/react";
import { entities } from "./address.js";

// A real app has one user, whom its server knows from the session. The demo's server takes the user from a header.
const options = Object.fromEntries(
  entities.map((entityId) => [entityId, { baseUrl: "/api/connect", entityId, headers: { "demo-user": entityId } }]),
);
const noClients = {};

/** Provides a client of this user. */
export const User = ({ entity, children }) => <ConnectProvider key={entity} options={options[entity]}>{children}</ConnectProvider>;

/** Calls `children` with `{ clients, error, retry }`. `clients` has a client for each user once all are loaded. */
export const Users = ({ names: [entity, ...others] = entities, clients = noClients, children }) => (
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
