// The files of www/react/parts, which people copy into their apps.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, suite, test } from "node:test";
import { build } from "esbuild";
import { createElement as h } from "react";
import { ConnectProvider } from "connect-flow/react";
import { createSandbox } from "connect-flow/testing";
import { makeSandboxClient, sandboxOptions } from "./client.mjs";
import { blocksOf, compileProject, openProject, root } from "./code-blocks.mjs";
import { inStrictMode, usePage } from "./react-page.mjs";
import { seeded } from "./sandbox.mjs";

const folder = join(root, "www/react/parts");
const page = usePage();
const { act, render, settle, text, waitFor } = page;

let project;
before(async () => void (project = await openProject()));
after(() => project.close());

/** Imports a part with the files that it imports, from an empty project that has this package and React. */
async function importPart(name) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, `${name}.tsx`)], bundle: true, write: false, format: "esm", jsx: "automatic", target: "es2022", packages: "external",
  });
  return import(pathToFileURL(await project.write(`${name}.mjs`, outputFiles[0].text)));
}

const find = (selector) => page.dom().root.querySelector(selector);

/** The button with this text, without the text for screen readers. */
const button = (label) => [...page.dom().root.querySelectorAll("button")].find(({ firstChild }) => firstChild?.textContent === label);

/** Types as a user does: React ignores a value that is set from a script. */
function type(selector, value) {
  const input = find(selector);
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value").set.call(input, value);
  return act(async () => void input.dispatchEvent(new document.defaultView.Event("input", { bubbles: true })));
}

const press = (label) => act(async () => button(label).click());

/** A provider of a client that asks this sandbox. */
const provide = (sandbox, part) => inStrictMode(h(ConnectProvider, { options: { ...sandboxOptions(sandbox), redirectUrl: undefined } }, part));

suite("the React parts, copied into an empty project", () => {
  test("compile, also with the guide's block that uses them", async () => {
    const { code } = blocksOf("docs/guides/chat.md").find((block) => block.code.includes('from "./connect-card"'));
    await project.write("guide.tsx", code);
    for (const name of readdirSync(folder)) await project.write(name, readFileSync(join(folder, name), "utf8"));
    assert.deepEqual(await compileProject(project), []);
  });

  test("ConnectForm sends the typed values and drops an error when its field is edited", async () => {
    const { ConnectForm } = await importPart("connect-form");
    // Loads the module, as the flow does that has the fields.
    await makeSandboxClient(createSandbox());
    const field = (name, secret) => ({ name, displayName: name, type: "string", required: true, secret });
    const fields = [field("shop", false), field("token", true)];
    const issues = [{ code: "required", field: "data.shop", message: "shop is required" }];
    const sent = [];
    const onSubmit = async (data) => (sent.push(data), { state: "ready" });
    await render(inStrictMode(h(ConnectForm, { fields, issues, submitLabel: "Connect", onSubmit })));
    assert.match(text(), /shop is required/);
    assert.equal(document.activeElement, find('[data-name="shop"]'));
    await type('[data-name="shop"]', "acme");
    assert.doesNotMatch(text(), /shop is required/);
    await type('[data-name="token"]', "secret");
    await press("Connect");
    assert.deepEqual(sent, [{ shop: "acme", token: "secret" }]);
    await settle();
    assert.equal(find('[data-name="token"]').value, "secret");
  });

  test("ConnectButton connects an app with the form that it is given", async () => {
    const { ConnectButton } = await importPart("connect-button");
    const sandbox = createSandbox();
    const connected = [];
    const onConnected = ({ status }) => void connected.push(status);
    const Form = ({ fields, onSubmit }) => {
      const values = Object.fromEntries(fields.map(({ name }) => [name, "value"]));
      return h("button", { onClick: () => void onSubmit(values) }, "Connect");
    };
    await render(provide(sandbox, h(ConnectButton, { app: "firecrawl", name: "Firecrawl", Form, onConnected })));
    await waitFor(() => button("Connect"));
    await press("Connect");
    await waitFor(() => connected.length > 0);
    assert.deepEqual(connected, ["ACTIVE"]);
    assert.match(text(), /Firecrawl is connected\./);
    assert.ok(find("[role=status]").parentElement === document.activeElement, "the status has the focus");
  });

  test("ConnectButton shows its own text of an error, without code and request id", async () => {
    const { ConnectButton } = await importPart("connect-button");
    const sandbox = createSandbox();
    sandbox.fault({ method: "GET", path: /firecrawl|auth_configs/, kind: "status", status: 403, times: 10 });
    await render(provide(sandbox, h(ConnectButton, { app: "firecrawl", name: "Firecrawl", Form: () => null })));
    await waitFor(() => find(".alert"));
    assert.equal(find(".alert").textContent, "This site does not offer Firecrawl.");
  });

  test("ConnectionsList shows its own text of an error, and reports the error to the app", async () => {
    const { ConnectionsList } = await importPart("connections-list");
    const sandbox = createSandbox();
    sandbox.fault({ method: "GET", path: /connected_accounts/, kind: "status", status: 403 });
    const errors = [];
    const onError = (error) => void errors.push(error.code);
    await render(provide(sandbox, h(ConnectionsList, { title: "Jessica", onError })));
    await waitFor(() => find(".alert"));
    assert.equal(find(".alert").textContent, "The connections could not be loaded.This site does not allow it.Try again");
    assert.deepEqual(errors, ["forbidden"]);
    await press("Try again");
    await waitFor(() => find(".empty"));
    sandbox.fault({ method: "PATCH", path: /connected_accounts/, kind: "status", status: 403 });
    await createAccount(sandbox);
    await press("Update");
    await waitFor(() => find(".connection"));
    await press("Disable");
    await waitFor(() => find(".connection .alert"));
    assert.deepEqual(errors, ["forbidden", "forbidden"]);
  });

  test("ConnectionsList lists, renames and disables an account, and refuses a name that another one has", async () => {
    const { ConnectionsList } = await importPart("connections-list");
    const sandbox = createSandbox();
    await render(provide(sandbox, h(ConnectionsList, { title: "Jessica" })));
    await waitFor(() => find(".empty"));
    await createAccount(sandbox);
    await press("Update");
    await waitFor(() => find(".connection"));
    await press("Rename");
    await type(".rename input", "Work");
    await press("Save");
    await waitFor(() => find(".alias")?.textContent === "Work");
    await press("Disable");
    await waitFor(() => find(".connection").dataset.disabled === "true");
    assert.deepEqual(sandbox.accounts().map(({ alias, isDisabled }) => [alias, isDisabled]), [["Work", true]]);

    await createAccount(sandbox);
    await press("Update");
    await waitFor(() => page.dom().root.querySelectorAll(".connection").length === 2);
    // The newest account comes first.
    await press("Rename");
    await type(".rename input", "Work");
    await press("Save");
    await waitFor(() => find(".alert"));
    assert.match(find(".alert").textContent, /Another connection has this name/);
    assert.ok(find(".rename input"), "the form stays open");
    const dismiss = find(".alert").querySelector("button");
    dismiss.focus();
    await act(async () => dismiss.click());
    assert.ok(find(".connection").contains(document.activeElement), "the focus stays in the row");
  });
});

suite("the list of connections", () => {
  const labels = () => [...page.dom().root.querySelectorAll(".connection > .actions button")].map(({ firstChild }) => firstChild.textContent);

  test("tells accounts of one app apart by alias and identity", async () => {
    const { ConnectionsList } = await importPart("connections-list");
    const sandbox = createSandbox();
    sandbox.addAccount({ app: "gmail", entityId: "Jessica", alias: "Work", displayName: "jessica@acme.example" });
    sandbox.addAccount({ app: "gmail", entityId: "Jessica" });
    await render(provide(sandbox, h(ConnectionsList, { title: "Jessica" })));
    await waitFor(() => page.dom().root.querySelectorAll(".connection").length === 2);
    const rows = [...page.dom().root.querySelectorAll(".connection")].map((row) => [row.querySelector(".alias")?.textContent, row.querySelector(".identity").textContent]);
    const [other, work] = rows.sort(([alias]) => (alias ? 1 : -1));
    assert.deepEqual(work, ["Work", "jessica@acme.example"]);
    assert.match(other[1], /^gmail_\w+-\w+$/);
  });

  test("marks a shared account, which cannot be reconnected, and gives another user's no operation", async () => {
    const { ConnectionsList } = await importPart("connections-list");
    const sandbox = createSandbox();
    sandbox.addAccount({ app: "gmail", entityId: "Jessica", accountType: "SHARED" });
    const view = await render(provide(sandbox, h(ConnectionsList, { title: "Jessica", entityId: "Jessica" })));
    await waitFor(() => find(".connection"));
    assert.match(find(".account-name").textContent, /SHARED/);
    assert.deepEqual(labels(), ["Rename", "Disable", "Delete"]);
    await view.update(provide(sandbox, h(ConnectionsList, { title: "Jessica", entityId: "Melissa" })));
    assert.deepEqual(labels(), []);
    assert.match(text(), /Only that user can change it/);
  });

  test("replaces a key by a masked form, keeps the account, and returns the focus to its row", async () => {
    const { ConnectionsList } = await importPart("connections-list");
    const sandbox = createSandbox();
    await createAccount(sandbox);
    const [{ id }] = sandbox.accounts();
    await render(provide(sandbox, h(ConnectionsList, { title: "Jessica" })));
    await waitFor(() => find(".connection"));
    assert.deepEqual(labels(), ["New key", "Rename", "Disable", "Delete"]);
    await press("New key");
    await waitFor(() => find(".reconnect input"));
    assert.match(find(".reconnect").textContent, /It uses the old key until you have saved a new one/);
    assert.deepEqual([find(".reconnect input").type, document.activeElement], ["password", find(".reconnect input")]);
    await type(".reconnect input", "new-key");
    await press("Save");
    await waitFor(() => !find(".reconnect"));
    assert.deepEqual(sandbox.accounts().map((account) => [account.id, account.data.api_key]), [[id, "new-key"]]);
    assert.ok(find(".connection").contains(document.activeElement), "the focus stays in the row");
  });
});

/** Creates an account at the platform, without the page. */
async function createAccount(sandbox) {
  const body = JSON.stringify({ auth_config: seeded.firecrawl, connection: { user_id: "Jessica", data: { api_key: "key" } } });
  const headers = { "x-api-key": "sandbox-key", "content-type": "application/json" };
  const response = await sandbox.fetch(new Request("https://sandbox.test/api/v3.1/connected_accounts", { method: "POST", headers, body }));
  assert.ok(response.ok);
}
