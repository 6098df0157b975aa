// The sandbox platform asked by plain requests, without a client.
import { createSandbox } from "connect-flow/testing";
import { answerConsent } from "./browser.mjs";

export const platformOrigin = "https://platform.example";
/** The time at which the sandboxes of these tests start. */
export const startMs = Date.parse("2026-01-16T10:00:00.000Z");
export const minuteMs = 60_000;

/** The integrations that every sandbox has from the start. */
export const seeded = {
  gmail: { id: "ac_Gmail0000001" },
  shopify: { id: "ac_Shopify00002" },
  zendesk: { id: "ac_Zendesk00003" },
  zendeskOff: { id: "ac_Zendesk00030" },
  firecrawl: { id: "ac_Firecrawl004" },
  firecrawlNewer: { id: "ac_Firecrawl040" },
  firecrawlDeleted: { id: "ac_Firecrawl041" },
  acmeTickets: { id: "ac_AcmeTicket05" },
  ownCrm: { id: "ac_OwnCrm000007" },
  posthog: { id: "ac_Posthog00008" },
};

/** A sandbox whose clock starts at `startMs`, with functions to send it requests. Responses are `{ status, headers, body }`. */
export function openSandbox(options) {
  const sandbox = createSandbox({ now: () => startMs, ...options });
  const send = async (method, path, init = {}) => {
    const headers = { "x-api-key": "sandbox-key", ...init.headers };
    for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name];
    const response = await sandbox.fetch(new Request(platformOrigin + path, { ...init, method, headers }));
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  const withBody = (method) => (path, body, headers) =>
    send(method, path, { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
  return {
    sandbox,
    send,
    get: (path, headers) => send("GET", path, { headers }),
    delete: (path) => send("DELETE", path),
    post: withBody("POST"),
    patch: withBody("PATCH"),
  };
}

/** Connects an OAuth account with `POST …/link`. Returns the ACTIVE account as `sandbox.accounts()` has it. */
export async function connectAccount({ sandbox, post }, app = "gmail", user_id = "Jessica") {
  const { body } = await post("/api/v3.1/connected_accounts/link", { auth_config_id: seeded[app].id, user_id });
  await answerConsent(sandbox, body.redirect_url);
  return sandbox.accounts().at(-1);
}
