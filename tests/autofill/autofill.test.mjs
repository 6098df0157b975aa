// The browser's password manager has a login for the site that shows a form of `inputAttributes`. It must not fill that form.
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBrowser } from "../e2e/support/browser.mjs";
import { engine } from "../e2e/support/engines.mjs";
import { saveLogin } from "./logins.mjs";

const login = { username: "jessica@acme.example", password: "site-password-1" };

const field = (name, secret = false, displayName = name) => ({ name, displayName, type: "string", required: true, secret });

/** Forms as the platform's apps have them. */
const forms = {
  "one key": [field("api_key", true, "API Key")],
  "a shop and its key": [field("shop", false, "Store Subdomain"), field("admin_api_access_token", true, "Admin API access token")],
  "a user name alone": [field("username", false, "Username")],
  "a user name by its label alone": [field("account", false, "Your user name (Username)")],
  "a user name and a password": [field("username", false, "Username"), field("password", true, "Password")],
  "an e-mail address and a token": [{ ...field("email", false, "Email"), format: "email" }, field("api_token", true, "API Token")],
  "two secrets": [field("client_secret", true, "Client Secret"), field("private_key", true, "Private Key")],
  "a pass phrase": [field("subdomain", false, "Subdomain"), field("passphrase", true, "Passphrase")],
};

let session, server, origin;

before(async () => {
  const types = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
  server = createServer(({ url }, response) => {
    const name = url.split(/[?#]/)[0].slice(1) || "page.html";
    const file = new URL(name === "page.html" ? "./page.html" : `../../dist/${name}`, import.meta.url);
    response.setHeader("content-type", types[name.split(".").pop()] ?? "text/plain");
    createReadStream(fileURLToPath(file)).on("error", () => response.writeHead(404).end()).pipe(response);
  });
  await new Promise((done) => server.listen(0, "localhost", done));
  origin = `http://localhost:${server.address().port}`;
  session = await openBrowser({ savesLogins: true });
  await saveLogin[engine.name](session.browser, { origin, ...login });
});

after(async () => {
  await session?.close();
  server?.close();
  server?.closeAllConnections();
});

let visits = 0;

/** The inputs' names and values, and whether the browser filled them. */
const read = () =>
  session.browser.execute(() => [...document.querySelectorAll("[data-field]")].map((input) => [input.dataset.field, input.value, input.matches(":autofill")]));

/** Opens the form and clicks on the page. Chromium hides filled values from scripts until the first click. */
async function open(options) {
  const { browser } = session;
  await browser.url(`${origin}/?${(visits += 1)}#${encodeURIComponent(JSON.stringify(options))}`);
  await browser.waitUntil(async () => (await read()).length === options.fields.length, { interval: 40 });
  await (await browser.$("h1")).click();
}

// The control: this browser does fill forms.
test("the browser fills a saved login into a form without inputAttributes", async () => {
  const fields = forms["a shop and its key"];
  const filled = fields.map(({ name, secret }) => [name, secret ? login.password : login.username, true]);
  await open({ isLogin: true, fields });
  await session.browser.waitUntil(async () => (await read()).every(([, value]) => value), { interval: 40 });
  assert.deepEqual(await read(), filled);
});

for (const container of ["form", "div"]) {
  for (const [name, fields] of Object.entries(forms)) {
    test(`the browser fills no input of inputAttributes in a ${container}: ${name}`, async () => {
      const { browser } = session;
      await open({ container, fields });
      // Once the browser has filled this login form, it would have filled the other form too.
      await browser.execute(() => {
        const form = document.createElement("form");
        form.append(document.createElement("input"), Object.assign(document.createElement("input"), { type: "password", className: "login" }));
        document.body.append(form);
      });
      await (await browser.$("h1")).click();
      const loginPassword = () => browser.execute(() => document.querySelector(".login")?.value);
      await browser.waitUntil(async () => (await loginPassword()) === login.password, { interval: 40, timeoutMsg: "the login form stays empty" });
      assert.deepEqual(await read(), fields.map(({ name }) => [name, "", false]));
    });
  }
}
