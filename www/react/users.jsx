import { ConnectProvider } from "connect-flow/react";
import { entities } from "./address.js";

// A real app has one user, whom its server knows from the session. The demo's server takes the user from a header.
const options = Object.fromEntries(
  entities.map((entityId) => [entityId, { baseUrl: "/api/connect", entityId, headers: { "demo-user": entityId } }]),
);

/** Provides a client of this user. */
export const User = ({ entity, children }) => <ConnectProvider key={entity} options={options[entity]}>{children}</ConnectProvider>;
