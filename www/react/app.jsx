import { useCallback, useEffect } from "react";
import { hrefOf, paths, useAddress } from "./address.js";
import { Chat } from "./chat.jsx";
import { Connect } from "./connect.jsx";
import { Connections } from "./connections.jsx";
import { Link } from "./parts.jsx";

const titles = { connect: "Connect an account", connections: "Connections", chat: "Connect inside a chat" };

export function App({ demo }) {
  const address = useAddress();
  const nameOf = useCallback((key) => demo.apps.find((app) => app.key === key)?.name ?? key, [demo]);
  const { page } = address;
  useEffect(() => {
    document.title = `${titles[page]}: connect-flow with React`;
  }, [page]);
  return (
    <>
      <a className="skip" href="#main">Skip to the page</a>
      <Header address={address} />
      <main className="wrap" id="main" tabIndex={-1}>
        <Sandbox users={demo.users} />
        {page === "connect" && <Connect address={address} apps={demo.apps} nameOf={nameOf} />}
        {page === "connections" && <Connections address={address} nameOf={nameOf} />}
        {page === "chat" && <Chat address={address} nameOf={nameOf} />}
      </main>
      <footer className="wrap foot">
        <p>connect-flow renders nothing itself: this page draws what you see. It sends what you type to the platform and stores nothing of it.</p>
      </footer>
    </>
  );
}

function Header({ address }) {
  return (
    <header className="bar">
      <div className="wrap bar-row">
        <div className="brand">
          <img src="/favicon.svg" alt="" width="40" height="40" />
          <div>
            <h1>connect-flow</h1>
            <p>Connect a user’s account to your app.</p>
          </div>
        </div>
        <nav className="segments" aria-label="Pages of the demo">
          <a href={paths.vanilla}>Vanilla</a>
          {["connect", "connections", "chat"].map((page) => (
            <Link key={page} href={hrefOf({ page, entity: page === "connect" ? address.entity : undefined })} aria-current={address.page === page ? "page" : undefined}>
              {{ connect: "React", connections: "Connections", chat: "Chat" }[page]}
            </Link>
          ))}
        </nav>
      </div>
    </header>
  );
}

function Sandbox({ users }) {
  if (!users.length) return null;
  return (
    <aside className="notice quiet" aria-label="Sandbox">
      <p>
        <strong>Sandbox.</strong> To sign in:{" "}
        {users.map(({ name, password }, index) => (
          <span key={name}>{index > 0 && " or "}<strong>{name}</strong> with <code>{password}</code></span>
        ))}
        . Any API key is accepted, except “bad”.
      </p>
    </aside>
  );
}
