"use client";

import { useEffect, useState } from "react";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";
import { baseUrl } from "../flow.js";

/** The flow of ../flow.js with the hook: submits the fields as soon as they are loaded. */
function Flow() {
  const flow = useConnectFlow({ app: "firecrawl" });
  useEffect(() => {
    if (flow.state === "ready") void flow.submit(Object.fromEntries(flow.expectedInputFields.map(({ name }) => [name, "a key"])));
  }, [flow.state]);
  if (flow.state === "connected") return <output>{JSON.stringify({ state: flow.state, status: flow.account.status })}</output>;
  if (flow.error) return <output>{JSON.stringify({ error: `${flow.error.code}: ${flow.error.message}` })}</output>;
  return <p>{flow.state}</p>;
}

export function Connect() {
  const [options, setOptions] = useState({ baseUrl: "/api/connect" });
  useEffect(() => setOptions({ baseUrl: baseUrl(), entityId: "Jessica" }), []);
  return <ConnectProvider key={options.baseUrl} options={options}>{options.entityId ? <Flow /> : <p>waiting</p>}</ConnectProvider>;
}
