import { createSandbox, type NewSandboxAccount, type Sandbox, type SandboxError } from "../testing.js";
import { answerer } from "./answer.js";
import { readAppsFile } from "./apps-file.js";
import type { SandboxCommand } from "./arguments.js";
import { usageFailure } from "./failure.js";
import { readFault } from "./fault.js";
import { usualPort } from "./help.js";
import { answerHome, type ListedApp } from "./home.js";
import { listen, type Listening } from "./listen.js";
import { readValue } from "./members.js";
import { readOutcome } from "./outcome.js";

/** The key that requests must send. Fixed, so that an `.env` stays valid; only this machine can ask. */
const apiKey = "sandbox-key";

/** Serves the sandbox until the process gets SIGINT, SIGTERM or SIGHUP. @throws {Failure} */
export async function runSandbox({ port, appsFile, latencyMs, faults, outcomes, accounts }: SandboxCommand): Promise<void> {
  const rules = faults.map(readFault);
  const attempts = outcomes.map(readOutcome);
  const apps = appsFile === undefined ? [] : readAppsFile(appsFile);
  const server = await listen(port);
  const isMoved = port === undefined && new URL(server.url).port !== String(usualPort);
  try {
    const sandbox = checked(`${appsFile}: `, () => createSandbox({ apiKey, origin: server.url, apps }));
    const listed = await listApps(sandbox, server.url);
    for (const rule of rules) sandbox.fault(rule);
    for (const attempt of attempts) sandbox.next(attempt);
    for (const account of accounts) checked(`\`--account ${account}\`: `, () => sandbox.addAccount(readAccount(account)));
    server.serve(answerer(sandbox, latencyMs, (path) => answerHome(path, listed, apiKey)));
    stopOnSignal(server, sandbox);
    console.log(greeting(server.url, listed.map(({ slug }) => slug).join(", "), isMoved));
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Reads an account such as `gmail,entityId=Jessica,status=EXPIRED`. The sandbox checks its members. @throws {Failure} */
function readAccount(text: string): NewSandboxAccount {
  const { word, members } = readValue("--account", text, "entityId=Jessica");
  return { app: word, ...members };
}

/** Runs a step whose arguments come from the command line. The message of a failure begins with `where`. */
function checked<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const { name, message } = error as SandboxError;
    throw name === "SandboxError" ? usageFailure(`${where}${message}.`) : error;
  }
}

function stopOnSignal(server: Listening, sandbox: Sandbox): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Once: a second signal ends the process at once.
    process.once(signal, () => {
      server.close();
      // Rejects the requests that hang.
      sandbox.reset();
      console.log("\n  The sandbox has stopped.");
    });
  }
}

/** All apps, as the API lists them. */
async function listApps(sandbox: Sandbox, url: string): Promise<ListedApp[]> {
  const response = await sandbox.fetch(new Request(`${url}/api/v3.1/toolkits?limit=1000`, { headers: { "x-api-key": apiKey } }));
  return ((await response.json()) as { items: ListedApp[] }).items;
}

const greeting = (url: string, apps: string, isMoved: boolean): string => `
  The sandbox platform of connect-flow runs on this machine.${isMoved ? `
  Port ${usualPort} is taken, so this sandbox listens on ${new URL(url).port}: use this baseUrl.` : ""}
  Open the baseUrl to connect an account.

  baseUrl   ${url}
  key       ${apiKey}
  apps      ${apps}

  .env
    COMPOSIO_BASE_URL=${url}
    COMPOSIO_API_KEY=${apiKey}

  Gateway
    upstream: process.env.COMPOSIO_BASE_URL,
    apiKey: process.env.COMPOSIO_API_KEY ?? "",

  Press Ctrl-C to stop.
`;
