// The React demo: a page that connects an account with useConnectFlow, and a page of connections.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { describe } from "../vanilla/demo.js";
import { App } from "./app.jsx";

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App demo={await describe()} />
  </StrictMode>,
);
