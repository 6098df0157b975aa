import assert from "node:assert/strict";
import { startProgram } from "../../e2e/support/program.mjs";
import { popup } from "../../e2e/support/tabs.mjs";

/**
 * Starts the sandbox as the guides do, from the installed package.
 * @returns `{ env, accounts, close }`: the printed lines for `.env`, and a function that returns the accounts of the platform.
 */
export async function startPlatform(installed) {
  const program = `${installed.folder}/node_modules/connect-flow/dist/command.js`;
  const { found: env, stop } = await startProgram(process.execPath, [program, "sandbox", "--port", "0"], { says: /\.env\s+(COMPOSIO_BASE_URL=\S+\s+COMPOSIO_API_KEY=\S+)/ });
  const { COMPOSIO_BASE_URL: url, COMPOSIO_API_KEY: key } = Object.fromEntries(env.split(/\s+/).map((line) => line.split("=")));
  const accounts = async () => {
    const response = await fetch(`${url}/api/v3.1/connected_accounts`, { headers: { "x-api-key": key } });
    return (await response.json()).items.map(({ id, toolkit, user_id, status }) => ({ id, account: [toolkit.slug, user_id, status] }));
  };
  return { env, accounts, close: stop };
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
