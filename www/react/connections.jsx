import { useCallback } from "react";
import { entities, hrefOf } from "./address.js";
import { ConnectionsList } from "./parts/connections-list.tsx";
import { Link, Tile } from "./parts.jsx";
import { User } from "./users.jsx";

/** The page of connections: a list for each user. */
export function Connections({ address, nameOf }) {
  const iconOf = useCallback((app) => <Tile app={app} name={nameOf(app)} />, [nameOf]);
  return (
    <>
      <div>
        <h2>Connections</h2>
        <p className="muted">The accounts that {entities.join(" and ")} have connected, as the platform reports them.</p>
      </div>
      {entities.map((entity) => (
        <User key={entity} entity={entity}>
          <ConnectionsList
            title={entity}
            entityId={entity}
            nameOf={nameOf}
            iconOf={iconOf}
            redirectUrl={new URL(hrefOf({ page: "connections", entity }), location.href).href}
            completes={entity === address.entity}
          >
            <Link className="plain" href={hrefOf({ page: "connect", entity })}>Connect an app<span className="hidden"> for {entity}</span></Link>
          </ConnectionsList>
        </User>
      ))}
    </>
  );
}
