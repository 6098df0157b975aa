import { markdown } from "../scripts/lib/table.mjs";
import { closeOthers } from "../tests/e2e/support/tabs.mjs";
import { inEngines } from "./lib/browser.mjs";
import { bundle } from "./lib/bundle.mjs";
import { times } from "./lib/numbers.mjs";
import { serve } from "./lib/server.mjs";
import { titleOf } from "./peers.mjs";

export const title = "Waiting";

export const needs = ["chromium", "firefox"];

// A link of the platform and a flow both expire after 10 minutes.
const WAIT_MS = 9.5 * 60_000;

const page = (script) => `<!doctype html><meta charset="utf-8"><title>Waiting</title><link rel="icon" href="data:,">
<button>Connect</button>
<script>globalThis.process ??= { env: {} };</script>
<script type="module" src="./${script}"></script>`;

const SUBJECTS = [
  { name: "connect-flow, `waitUntilActive`", script: "wait-connect-flow.js" },
  { name: "connect-flow, `waitUntilActive`, page hidden", script: "wait-connect-flow.js", isHidden: true },
  { name: "connect-flow, a flow with its popup", script: "wait-connect-flow.js", hasPopup: true },
  { name: "connect-flow, a flow with its popup, page hidden", script: "wait-connect-flow.js", hasPopup: true, isHidden: true },
  { name: `${titleOf("@composio/core")}, \`waitForConnection\``, script: "wait-composio-sdk.js" },
  { name: `${titleOf("core-0.17")}, \`waitForConnection\``, script: "wait-composio-sdk-0.17.js" },
];

export async function measure({ note, folder, ...found }) {
  const pages = {};
  for (const script of new Set(SUBJECTS.map((subject) => subject.script))) {
    const { scripts } = await bundle(`pages/${script}`, { folder });
    Object.assign(pages, scripts);
    pages[script.replace(".js", ".html")] = page(script);
  }
  const server = await serve(pages, { isIsolated: false });
  const rows = [];
  try {
    await inEngines(["chromium", "firefox"], found, async (engine) => {
      for (const subject of SUBJECTS) {
        note(`${engine.name}, ${subject.name}`);
        rows.push({ engine: engine.name, subject, ...(await wait(engine, server, subject)) });
      }
    });
  } finally {
    await server.close();
  }
  return { text: report(rows) };
}

async function wait(engine, server, { script, hasPopup, isHidden }) {
  server.sandbox.reset();
  await engine.open(`${server.url}/app/${script.replace(".js", ".html")}`);
  const options = { ms: WAIT_MS, isHidden: Boolean(isHidden) };
  if (!hasPopup) {
    const connectedAccountId = await initiate(server);
    const counts = await engine.run((values) => globalThis.watch(values), { ...options, connectedAccountId });
    if (counts.ended) throw new Error(`${script} stopped waiting: ${counts.ended}`);
    return counts;
  }
  const home = await engine.browser.getWindowHandle();
  await engine.run(() => globalThis.prepare());
  await (await engine.browser.$("button")).click();
  const counts = await engine.run((values) => globalThis.watchFlow(values), options);
  await closeOthers(engine.browser, home);
  if (counts.state !== "waiting" || !counts.isPopupOpen) throw new Error(`the flow stopped waiting: ${JSON.stringify(counts)}`);
  return counts;
}

/** Initiates an account whose user never finishes. */
async function initiate({ sandbox, url }) {
  const headers = { "x-api-key": "key", "content-type": "application/json" };
  const body = JSON.stringify({ auth_config_id: "ac_Gmail0000001", user_id: "Jessica" });
  const response = await sandbox.fetch(new Request(`${url}/api/v3.1/connected_accounts/link`, { method: "POST", headers, body }));
  return (await response.json()).connected_account_id;
}

function report(rows) {
  const line = ({ engine, subject, requests, timers, wakeUps, noticedAfter }) => {
    const polls = WAIT_MS / 1000;
    // Without any request the value is NaN, which JSON turns into null.
    const after = noticedAfter ? `${(noticedAfter / 1000).toFixed(1)} s` : "once shown";
    return [engine, subject.name, requests, timers, wakeUps, times(requests / polls), times(wakeUps / polls), after];
  };
  return [
    `What a page does while its user is at the provider for ${WAIT_MS / 60_000} minutes. The page has a fake clock, on which requests take no time. An attempt expires after
10 minutes.

- *Requests*: to the platform. *Timers*: how many were set. *Wake-ups*: how many fired, each of which wakes the processor.
- *Ratio*: to one request and one timer a second, as in the platform's SDKs.
- *Noticed after*: the average delay until a polling page notices that the account is active. It is the price of fewer requests. A flow with a popup is told
  by the popup, and asks at once when the user returns.`,
    markdown([["engine", "with", "requests", "timers", "wake-ups", "requests, ratio", "wake-ups, ratio", "noticed after"], ...rows.map(line)]),
  ].join("\n\n");
}
