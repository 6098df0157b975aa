import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "./build.mjs";
import { inRoot } from "./lib/paths.mjs";
import { step } from "./lib/progress.mjs";
import { main, readArgs } from "./lib/stop.mjs";
import { ensure } from "./setup/index.mjs";

const HELP = `node scripts/screenshots.mjs [name …]   the pictures of docs/images, or only those whose name contains a word`;

const MINUTE_MS = 60_000;
const WIDE = 1265;
const NARROW = 390;

/** The pictures in docs/images; those that change accounts come last. `show` brings the page into the state. */
const pictures = [
  { name: "react-connect-light", width: WIDE, path: "/react?app=shopify", show: refuse },
  { name: "react-connect-narrow", width: NARROW, path: "/react?app=zendesk" },
  { name: "connections-light", width: WIDE, path: "/react/connections" },
  { name: "connections-narrow", width: NARROW, path: "/react/connections" },
  { name: "chat-light", width: WIDE, path: "/react/chat?user=Melissa", show: ask },
  { name: "react-connected-dark", width: WIDE, path: "/react?app=gmail&mode=redirect&user=Melissa", scheme: "dark", show: connect },
  { name: "connections-delete-dark", width: WIDE, path: "/react/connections", scheme: "dark", isOneScreen: true, show: askToDelete },
  { name: "connections-key-light", width: WIDE, path: "/react/connections", isOneScreen: true, show: askForKey },
  { name: "demo-light", width: WIDE, path: "/", show: connectVanilla },
];

async function connectVanilla({ browser, provider }) {
  const press = (testId) => browser.$(`[data-testid="${testId}"]:enabled`).click();
  const isConnected = (count) => browser.waitUntil(async () => (await browser.$$('[data-testid="connected-item"]')).length === count);
  await press("app-shopify");
  for (const [name, value] of [["shop", "acme"], ["admin_api_access_token", "token"]]) {
    await browser.$(`[data-testid="field-${name}"]`).setValue(value);
  }
  await press("submit");
  await isConnected(1);
  await press("app-gmail");
  await provider.agree("Jessica");
  await isConnected(2);
}

/** Leaves a required field empty. */
async function refuse({ browser }) {
  await browser.$('[data-name="shop"]').setValue("acme");
  await browser.$("form [type=submit]").click();
  await browser.$('[aria-invalid="true"]').waitForExist();
}

async function connect({ browser, provider }) {
  await browser.$("form [type=submit]").click();
  await provider.agree("Melissa");
  await browser.$('[data-testid="account-card"]').waitForExist();
}

/** Asks the agent, whose action needs a connection. */
async function ask({ browser }) {
  await browser.$("#ask:enabled").click();
  await browser.$(".line.connect form").waitForDisplayed();
}

async function askToDelete({ browser }) {
  await browser.$('//section[.//h3 = "Melissa"]//button[starts-with(., "Delete")]').click();
}

async function askForKey({ browser }) {
  await browser.$('//section[.//h3 = "Jessica"]//li[.//span = "Outlet"]//button[starts-with(., "New key")]').click();
  await browser.$(".reconnect form").waitForDisplayed();
}

/** Creates accounts of different ages and statuses through the demo's gateway. */
async function furnish({ host, browser, provider, travel }) {
  const send = async (method, user, path, body) => {
    const response = await fetch(`${host.appUrl}/api/connect/api/v3.1/${path}`, {
      method,
      headers: { "content-type": "application/json", "demo-user": user },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  };
  const post = (...request) => send("POST", ...request);
  const patch = (...request) => send("PATCH", ...request);
  const typed = (entityId, authConfigId, data) =>
    post(entityId, "connected_accounts", { auth_config: { id: authConfigId }, connection: { data } });

  travel(-3 * 24 * 60 * MINUTE_MS);
  const shop = await typed("Jessica", "ac_Shopify00002", { shop: "acme", admin_api_access_token: "token" });
  await patch("Jessica", `connected_accounts/${shop.id}`, { alias: "Outlet" });
  await typed("Melissa", "ac_Posthog00008", { generic_api_key: "key", subdomain: "eu" });
  travel(-26 * 60 * MINUTE_MS);
  await post("Jessica", "connected_accounts/link", { auth_config_id: "ac_Zendesk00003", connection_data: { subdomain: "acme" } });
  const { id } = await typed("Melissa", "ac_Firecrawl004", { api_key: "key" });
  await patch("Melissa", `connected_accounts/${id}/status`, { enabled: false });
  travel(-125 * MINUTE_MS);
  await browser.url(`${host.appUrl}/react?app=gmail&mode=redirect`);
  await browser.$("form [type=submit]").click();
  await provider.agree("Jessica");
  await browser.$('[data-testid="account-card"]').waitForExist();
  travel(-3 * MINUTE_MS);
  await post("Melissa", "connected_accounts/link", { auth_config_id: "ac_Zendesk00003", connection_data: { subdomain: "acme" } });
  travel(0);
}

async function take({ host, browser, provider, cdp }, { name, width, path, scheme = "light", isOneScreen, show }) {
  await cdp("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await cdp("Emulation.setDeviceMetricsOverride", { width, height: isOneScreen ? 800 : 700, deviceScaleFactor: 1, mobile: width === NARROW });
  await cdp("Emulation.setScrollbarsHidden", { hidden: true });
  await browser.url(host.appUrl + path);
  await browser.$('.connection, [data-state="ready"], [data-ready="true"], #ask:enabled').waitForExist();
  await show?.({ browser, provider });
  await pause(400);
  const { data } = await cdp("Page.captureScreenshot", { captureBeyondViewport: !isOneScreen });
  writeFileSync(inRoot("docs", "images", `${name}.png`), Buffer.from(data, "base64"));
}

await main(async () => {
  const { values, positionals: words } = readArgs({}, { takesWords: true });
  if (values.help) return void console.log(HELP);
  await build();
  const { chromium } = await ensure("npm", "chromium");
  Object.assign(process.env, chromium, { E2E_ENGINE: "chromium" });
  const { startHost } = await import("../www/host/server.mjs");
  const { openBrowser } = await import("../tests/e2e/support/browser.mjs");
  const { ProviderPage } = await import("../tests/e2e/support/provider-page.mjs");
  let skewMs = 0;
  const host = await startHost({ appPort: 0, platformPort: 0, authorizationPort: 0, clock: () => Date.now() + skewMs });
  const { browser, close } = await openBrowser();
  const provider = new ProviderPage(browser, host.authorizationUrl);
  try {
    const stage = {
      host,
      browser,
      travel: (ms) => { skewMs = ms; },
      cdp: (cmd, params) => browser.sendCommandAndGetResult(cmd, params),
      provider,
    };
    mkdirSync(inRoot("docs", "images"), { recursive: true });
    await furnish(stage);
    for (const picture of pictures.filter(({ name }) => !words.length || words.some((word) => name.includes(word)))) {
      await step(`docs/images/${picture.name}.png`, () => take(stage, picture));
    }
  } finally {
    await close();
    await host.close();
  }
});
