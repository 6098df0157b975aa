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

const visible = (count) => Array(count).fill(false);
const hidden = (count) => Array(count).fill(true);

const TABS = [
  { name: "1 tab", hidden: visible(1) },
  { name: "3 tabs", hidden: visible(3) },
  { name: "3 tabs, without Web Locks", hidden: visible(3), without: ["locks"] },
  { name: "3 tabs, without messages, as in earlier versions", hidden: visible(3), without: ["BroadcastChannel", "locks"] },
  { name: "3 tabs, 2 of them hidden", hidden: [...visible(1), ...hidden(2)] },
  { name: "1 hidden tab", hidden: hidden(1) },
  { name: "3 hidden tabs", hidden: hidden(3) },
  { name: "3 hidden tabs, without Web Locks", hidden: hidden(3), without: ["locks"] },
  { name: "3 hidden tabs, without messages, as in earlier versions", hidden: hidden(3), without: ["BroadcastChannel", "locks"] },
];

export async function measure({ note, folder, ...found }) {
  const pages = {};
  for (const script of new Set([...SUBJECTS.map((subject) => subject.script), "wait-tabs.js"])) {
    const { scripts } = await bundle(`pages/${script}`, { folder });
    Object.assign(pages, scripts);
    pages[script.replace(".js", ".html")] = page(script);
  }
  const server = await serve(pages, { isIsolated: false });
  const [rows, tabs] = [[], []];
  try {
    await inEngines(["chromium", "firefox"], found, async (engine) => {
      for (const subject of SUBJECTS) {
        note(`${engine.name}, ${subject.name}`);
        rows.push({ engine: engine.name, subject, ...(await wait(engine, server, subject)) });
      }
      for (const subject of TABS) {
        note(`${engine.name}, ${subject.name}`);
        tabs.push({ engine: engine.name, ...subject, requests: await waitInTabs(engine, server, subject) });
      }
    });
  } finally {
    await server.close();
  }
  return { text: [report(rows), reportTabs(tabs)].join("\n\n") };
}

async function waitInTabs(engine, server, { hidden, without = [] }) {
  server.sandbox.reset();
  await engine.open(`${server.url}/app/wait-tabs.html`);
  const options = { ms: WAIT_MS, connectedAccountId: await initiate(server), hidden, without };
  const { requests, ended } = await engine.run((values) => globalThis.watchTabs(values), options);
  if (ended) throw new Error(`a tab stopped waiting: ${ended}`);
  return requests;
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
- *Noticed after*: the average delay until a polling page notices that the account is active. Fewer requests make it longer. A flow with a popup is told
  by the popup, and asks at once when the user returns.`,
    markdown([["engine", "with", "requests", "timers", "wake-ups", "requests, ratio", "wake-ups, ratio", "noticed after"], ...rows.map(line)]),
  ].join("\n\n");
}

function reportTabs(rows) {
  const line = ({ engine, name, hidden, requests }) => {
    const one = rows.find((other) => other.engine === engine && other.hidden.length === 1 && other.hidden[0] === hidden[0]);
    return [engine, name, requests, times(requests / one.requests)];
  };
  return [
    `Tabs that wait for the same account by \`waitUntilActive\` for ${WAIT_MS / 60_000} minutes. Each is a document in a frame of one page, with a fake clock.
*Ratio*: to one such tab.`,
    markdown([["engine", "tabs", "requests", "ratio"], ...rows.map(line)]),
  ].join("\n\n");
}
