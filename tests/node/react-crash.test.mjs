// A module that stops under React: whoever retries gets a client of a fresh module.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createElement as h } from "react";
import { createSandbox } from "connect-flow/testing";
import { ConnectProvider, useConnectClient, useConnectFlow } from "connect-flow/react";
import { makeClient, memoryStorage, wasmUrl } from "./client.mjs";
import { inStrictMode, usePage } from "./react-page.mjs";

const page = usePage();
let flows, state, sandbox;
beforeEach(() => {
  flows = {};
  sandbox = createSandbox({ apiKey: "key" });
});

const options = () => ({
  wasmUrl, baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", retry: 0, storage: memoryStorage(), fetch: (request) => sandbox.fetch(request),
});

function Flow({ app }) {
  state = useConnectClient();
  flows[app] = useConnectFlow({ app, mode: "popup" });
  return h("p", null, flows[app].state);
}

const both = () => [h(Flow, { key: 1, app: "gmail" }), h(Flow, { key: 2, app: "zendesk" })];
const are = (word) => page.waitFor(() => Object.values(flows).every((flow) => flow.state === word), `all are ${word}`);

/** Stops the module of whoever is mounted. */
async function crash() {
  const { now } = Date;
  await page.act(async () => {
    Date.now = () => { throw new Error("no clock"); };
    try {
      await assert.rejects(flows.gmail.submit(), { code: "crashed" });
    } finally {
      Date.now = now;
    }
  });
  await are("failed");
  assert.deepEqual(Object.values(flows).map(({ error }) => error.code), ["crashed", "crashed"]);
}

const call = (action) => page.act(async () => void (await action().catch((error) => assert.equal(error.code, "crashed"))));

for (const [kind, wrap] of Object.entries({ "": (element) => element, " in StrictMode": inStrictMode })) {
  test(`a flow that has crashed is ready again after retry, with one new client for all${kind}`, async () => {
    await page.render(wrap(h(ConnectProvider, { options: options() }, both())));
    await are("ready");
    const { client } = state;
    for (const name of ["retry", "load"]) {
      await crash();
      for (const flow of Object.values(flows)) await call(flow[name]);
      await are("ready");
    }
    assert.notEqual(state.client, client);
    assert.equal((await state.client.connectedAccounts.list().next()).done, true);
  });
}

test("a client that has crashed is replaced by retry of the provider", async () => {
  await page.render(h(ConnectProvider, { options: options() }, both()));
  await are("ready");
  const { client } = state;
  await crash();
  await page.act(async () => state.retry());
  await page.waitFor(() => state.client !== client);
  await call(flows.gmail.retry);
  await call(flows.zendesk.retry);
  await are("ready");
});

test("a client that is given is not replaced, and retry says that it has crashed", async () => {
  const given = await makeClient(options());
  await page.render(h(ConnectProvider, { client: given }, both()));
  await are("ready");
  await crash();
  await call(flows.gmail.retry);
  assert.deepEqual([flows.gmail.state, flows.gmail.error.code, state.client], ["failed", "crashed", given]);
});
