// An app's page. It contains nothing for tests.
import { ConnectProvider, useConnectFlow } from "connect-flow/react";

export function Page({ options, app }) {
  return (
    <ConnectProvider options={options}>
      <Connect app={app} />
    </ConnectProvider>
  );
}

function Connect({ app }) {
  const flow = useConnectFlow({ app });
  switch (flow.state) {
    case "ready":
      return <button onClick={() => flow.submit({})}>Connect {app}</button>;
    case "waiting":
      return <p role="status">{flow.isPopupOpen ? "Sign in in the popup" : "Sign in in the other window"}</p>;
    case "connected":
      return <p role="status">{flow.account.app} is connected</p>;
    case "failed":
    case "cancelled":
      return <p role="alert">{flow.error.code} <button onClick={flow.retry}>Try again</button></p>;
    default:
      return <p role="status">{flow.state}</p>;
  }
}
