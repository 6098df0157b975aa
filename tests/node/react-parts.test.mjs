// The files of www/react/parts, which people copy into their apps.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, suite, test } from "node:test";
import { transform } from "esbuild";
import { createElement as h } from "react";
import { ConnectProvider } from "connect-flow/react";
import { createSandbox } from "connect-flow/testing";
import { sandboxOptions } from "./client.mjs";
import { compile, openProject, root } from "./code-blocks.mjs";
import { inStrictMode, usePage } from "./react-page.mjs";
import { seeded } from "./sandbox.mjs";

const names = ["connect-form", "connect-button", "connections-list"];
const sourceOf = (name) => readFileSync(join(root, "www/react/parts", `${name}.tsx`), "utf8");
const page = usePage();
const { act, render, settle, text, waitFor } = page;

let project;
before(async () => void (project = await openProject()));
after(() => project.close());

/** Imports a part from an empty project, which has this package and React. */
async function importPart(name) {
  const { code } = await transform(sourceOf(name), { loader: "tsx", jsx: "automatic", target: "es2022" });
  return import(pathToFileURL(await project.write(`${name}.mjs`, code)));
}

const find = (testId) => page.dom().root.querySelector(`[data-testid="${testId}"]`);

/** Types as a user does: React ignores a value that is set from a script. */
function type(testId, value) {
  const input = find(testId);
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value").set.call(input, value);
  return act(async () => void input.dispatchEvent(new document.defaultView.Event("input", { bubbles: true })));
}

const press = (testId) => act(async () => find(testId).click());

/** A provider of a client that asks this sandbox. */
const provide = (sandbox, part) => inStrictMode(h(ConnectProvider, { options: { ...sandboxOptions(sandbox), redirectUrl: undefined } }, part));

suite("the React parts, each copied alone into an empty project", () => {
  test("compile", async () => {
    assert.deepEqual(await compile(names.map((name) => ({ document: name, language: "tsx", line: 2, code: sourceOf(name), given: "" }))), []);
  });

  test("ConnectForm sends the typed values and drops an error when its field is edited", async () => {
    const { ConnectForm } = await importPart("connect-form");
    const field = (name, secret) => ({ name, displayName: name, type: "string", required: true, secret });
    const fields = [field("shop", false), field("token", true)];
    const issues = [{ code: "required", field: "data.shop", message: "shop is required" }];
    const sent = [];
    const onSubmit = async (data) => (sent.push(data), { state: "ready" });
    await render(inStrictMode(h(ConnectForm, { fields, issues, submitLabel: "Connect", onSubmit })));
    assert.match(text(), /shop is required/);
    assert.equal(document.activeElement, find("field-shop"));
    await type("field-shop", "acme");
    assert.doesNotMatch(text(), /shop is required/);
    await type("field-token", "secret");
    await press("submit");
    assert.deepEqual(sent, [{ shop: "acme", token: "secret" }]);
    await settle();
    assert.equal(find("field-token").value, "secret");
  });

  test("ConnectButton connects an app with the form that it is given", async () => {
    const { ConnectButton } = await importPart("connect-button");
    const sandbox = createSandbox();
    const connected = [];
    const onConnected = ({ status }) => void connected.push(status);
    const Form = ({ fields, onSubmit }) => {
      const values = Object.fromEntries(fields.map(({ name }) => [name, "value"]));
      return h("button", { "data-testid": "submit", onClick: () => void onSubmit(values) }, "Connect");
    };
    await render(provide(sandbox, h(ConnectButton, { app: "firecrawl", name: "Firecrawl", Form, onConnected })));
    await waitFor(() => find("submit"));
    await press("submit");
    await waitFor(() => connected.length > 0);
    assert.deepEqual(connected, ["ACTIVE"]);
    assert.match(text(), /Firecrawl is connected\./);
    assert.ok(find("said").parentElement === document.activeElement, "the status has the focus");
  });

  test("ConnectionsList lists, renames and disables an account, and refuses a name that another one has", async () => {
    const { ConnectionsList } = await importPart("connections-list");
    const sandbox = createSandbox();
    await render(provide(sandbox, h(ConnectionsList, { title: "Jessica" })));
    await waitFor(() => find("empty"));
    await createAccount(sandbox);
    await press("reload");
    await waitFor(() => find("connection"));
    await press("rename");
    await type("alias-input", "Work");
    await press("alias-save");
    await waitFor(() => find("alias")?.textContent === "Work");
    await press("toggle");
    await waitFor(() => find("connection").dataset.disabled === "true");
    assert.deepEqual(sandbox.accounts().map(({ alias, isDisabled }) => [alias, isDisabled]), [["Work", true]]);

    await createAccount(sandbox);
    await press("reload");
    await waitFor(() => page.dom().root.querySelectorAll('[data-testid="connection"]').length === 2);
    // The newest account comes first.
    await press("rename");
    await type("alias-input", "Work");
    await press("alias-save");
    await waitFor(() => find("error"));
    assert.match(find("error").textContent, /Another connection has this name/);
    assert.ok(find("alias-input"), "the form stays open");
    const dismiss = find("error").querySelector("button");
    dismiss.focus();
    await act(async () => dismiss.click());
    assert.ok(find("connection").contains(document.activeElement), "the focus stays in the row");
  });
});

/** Creates an account at the platform, without the page. */
async function createAccount(sandbox) {
  const body = JSON.stringify({ auth_config: seeded.firecrawl, connection: { user_id: "Jessica", data: { api_key: "key" } } });
  const headers = { "x-api-key": "sandbox-key", "content-type": "application/json" };
  const response = await sandbox.fetch(new Request("https://sandbox.test/api/v3.1/connected_accounts", { method: "POST", headers, body }));
  assert.ok(response.ok);
}
