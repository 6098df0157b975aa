import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createSandbox } from "connect-flow/testing";
import { serve } from "../gateway/wire.mjs";
import { answerConsent } from "../node/browser.mjs";
import { foreignHosts } from "./loopback.mjs";

const folder = process.env.CLIENTS;
if (!folder) throw new Error("CLIENTS is not set. Run `npm test -- \"official clients\"`, which installs the clients and sets it");

/** The official clients by their folders, with the version of the API that they use. */
export const clients = { "core-0.6": "v3", "core-0.19": "v3.1", "core-0.21": "v3.1" };

const apiKey = "ak_0123456789";
export const callbackUrl = "https://app.test/done";

/** Integrations of every sandbox. */
export const integrations = { gmail: "ac_Gmail0000001", ownCrm: "ac_OwnCrm000007", firecrawl: "ac_Firecrawl004" };

/**
 * Serves a sandbox on loopback and opens an official client of it.
 * @returns `{ sandbox, composio, AuthScheme, requests, complaints, consent, close }`. `complaints` are what the client has logged: it logs
 *   an answer that its own schema rejects, and goes on. `consent(url)` is a user who allows access and returns.
 */
export async function openClient(name, options) {
  const sandbox = createSandbox({ apiKey, ...options });
  const requests = [];
  const server = await serve(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push(`${request.method} ${request.url}`);
    const { method, headers } = request;
    const answer = await sandbox.fetch(new Request(server.url + request.url, { method, headers, ...(chunks.length && { body: Buffer.concat(chunks) }) }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
  const own = mkdtempSync(join(tmpdir(), "clients-"));
  Object.assign(process.env, { COMPOSIO_LOG_LEVEL: "warn", COMPOSIO_DISABLE_TELEMETRY: "true", COMPOSIO_DIR: own });
  const { Composio, AuthScheme } = await import(pathToFileURL(join(folder, "node_modules", name, "dist", "index.mjs")).href);
  const composio = new Composio({ apiKey, baseURL: server.url, allowTracking: false, disableVersionCheck: true });
  const complaints = [];
  const console_ = { ...console };
  for (const level of ["warn", "error"]) console[level] = (...values) => complaints.push(values.map(String).join(" "));
  return {
    sandbox, composio, AuthScheme, requests, complaints,
    consent: (url) => answerConsent(sandbox, url),
    deny: (url) => answerConsent(sandbox, url, "deny"),
    async close() {
      Object.assign(console, console_);
      rmSync(own, { recursive: true, force: true });
      await server.close();
      if (foreignHosts.length) throw new Error(`The client tried to reach ${foreignHosts.splice(0).join(", ")}`);
    },
  };
}
