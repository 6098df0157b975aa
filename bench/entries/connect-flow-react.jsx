import { ConnectProvider, useConnectFlow } from "connect-flow/react";

export const Page = () => (
  <ConnectProvider options={{ baseUrl: "/api/connect", entityId: "Jessica" }}>
    <Connect />
  </ConnectProvider>
);

function Connect() {
  const flow = useConnectFlow({ app: "gmail" });
  return <button onClick={() => flow.submit({})}>{flow.state}</button>;
}
