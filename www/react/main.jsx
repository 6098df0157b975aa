// The React demo: a page that connects an account with useConnectFlow, a page of connections, and a chat that connects in place.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { describe } from "../vanilla/demo.js";
import { App } from "./app.jsx";

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App demo={await describe()} />
  </StrictMode>,
);
