import type { FormEvent } from "react";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";

const options = { baseUrl: "/api/connect", entityId: "Jessica" };

export const App = () => (
  <ConnectProvider options={options}>
    <Connect app="gmail" />
  </ConnectProvider>
);

function Connect({ app }: { app: string }) {
  const flow = useConnectFlow({ app });      // asks for the fields; on the page that the user returns to, completes the connection
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void flow.submit(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);     // in the click: may open a popup
  };
  switch (flow.state) {
    case "ready":
      return (
        <form onSubmit={submit}>
          {flow.expectedInputFields.map(({ name, displayName, secret }) => (
            <label key={name}>
              {displayName} <input name={name} type={secret ? "password" : "text"} />
              {flow.issues.find(({ field }) => field === name)?.message}
            </label>
          ))}
          <button>Connect</button>
        </form>
      );
    case "waiting":
      return <p>Please sign in in the other window. <button onClick={flow.cancel}>Cancel</button></p>;
    case "connected":
      return <p>{flow.account.app} is connected.</p>;
    case "failed":
    case "cancelled":
      return <p>{flow.error.message} <button onClick={flow.retry}>Try again</button></p>;
    default:
      return <p>One moment…</p>;
  }
}
