import assert from "node:assert/strict";
import { popup } from "../../e2e/support/tabs.mjs";
import { startSandbox } from "./command.mjs";

/**
 * Starts the sandbox as the guides do, from the installed package.
 * @returns `{ env, accounts, close }`: the printed lines for `.env`, and a function that returns the accounts of the platform.
 */
export async function startPlatform(installed) {
  const { url, key, output, stop } = await startSandbox(installed.folder, ["--port", "0"]);
  const accounts = async () => {
    const response = await fetch(`${url}/api/v3.1/connected_accounts`, { headers: { "x-api-key": key } });
    return (await response.json()).items.map(({ id, toolkit, user_id, status }) => ({ id, account: [toolkit.slug, user_id, status] }));
  };
  return { env: output.match(/COMPOSIO_\w+=\S+/g).join("\n"), accounts, close: stop };
}

/**
 * Presses the page's button, allows access in the popup, and waits until the page shows that Gmail is connected. Fails unless the platform then
 * has one more account, Jessica's, and the page logged nothing.
 */
export async function connectByPopup({ browser, log }, { accounts }, url) {
  await log();
  // A development server compiles the page at its first request, which can take longer than a command of WebDriver may.
  await (await fetch(url)).text();
  await browser.url(url);
  const before = (await accounts()).map(({ id }) => id);
  const button = browser.$("//button[starts-with(normalize-space(), 'Connect')]");
  await button.waitForClickable({ timeout: 60_000 });
  const provider = await popup(browser, () => button.click());
  const allow = browser.$("button[value=allow]");
  await allow.waitForClickable({ timeout: 30_000 });
  await allow.click();
  await provider.closed();
  const text = () => browser.$("body").getText();
  await browser.waitUntil(async () => /gmail( is|:) connected/i.test(await text()), { timeout: 30_000, timeoutMsg: `not connected: ${await text()}` });
  const made = (await accounts()).filter(({ id }) => !before.includes(id)).map(({ account }) => account);
  assert.deepEqual(made, [["gmail", "Jessica", "ACTIVE"]]);
  assert.deepEqual(await log(), []);
}
