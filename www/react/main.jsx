// The React demo: connecting an account with useConnectFlow, and the page of connections.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ConnectProvider } from "connect-flow/react";
import { describe } from "../vanilla/demo.js";
import { api } from "./address.js";
import { App } from "./app.jsx";

const options = { baseUrl: "/api/connect", api };

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <ConnectProvider options={options}>
      <App demo={await describe()} />
    </ConnectProvider>
  </StrictMode>,
);
