// After a crash of the module, retry makes a client with a new instance of it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createElement as h } from "react";
import { createSandbox } from "connect-flow/testing";
import { ConnectProvider, useConnectClient, useConnectFlow } from "connect-flow/react";
import { makeSandboxClient, sandboxOptions } from "./client.mjs";
import { inStrictMode, usePage } from "./react-page.mjs";

const page = usePage();
let flows, state, sandbox;
beforeEach(() => {
  flows = {};
  sandbox = createSandbox();
});

const options = () => ({ ...sandboxOptions(sandbox), retry: 0 });

function Flow({ app }) {
  state = useConnectClient();
  flows[app] = useConnectFlow({ app, mode: "popup" });
  return h("p", null, flows[app].state);
}

const bothFlows = () => [h(Flow, { key: 1, app: "gmail" }), h(Flow, { key: 2, app: "zendesk" })];
const reach = (state) => page.waitFor(() => Object.values(flows).every((flow) => flow.state === state), `all flows are ${state}`);

/** Crashes the module that the mounted flows use. */
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
  await reach("failed");
  assert.deepEqual(Object.values(flows).map(({ error }) => error.code), ["crashed", "crashed"]);
}

const call = (action) => page.act(async () => void (await action().catch((error) => assert.equal(error.code, "crashed"))));

for (const [kind, wrap] of Object.entries({ "": (element) => element, " in StrictMode": inStrictMode })) {
  test(`retry makes crashed flows ready again, with one new client for all${kind}`, async () => {
    await page.render(wrap(h(ConnectProvider, { options: options() }, bothFlows())));
    await reach("ready");
    const { client } = state;
    for (const name of ["retry", "load"]) {
      await crash();
      for (const flow of Object.values(flows)) await call(flow[name]);
      await reach("ready");
    }
    assert.notEqual(state.client, client);
    assert.equal((await state.client.connectedAccounts.list().next()).done, true);
  });
}

test("retry of the provider replaces a crashed client", async () => {
  await page.render(h(ConnectProvider, { options: options() }, bothFlows()));
  await reach("ready");
  const { client } = state;
  await crash();
  await page.act(async () => state.retry());
  await page.waitFor(() => state.client !== client);
  await call(flows.gmail.retry);
  await call(flows.zendesk.retry);
  await reach("ready");
});

test("retry does not replace a crashed client that the app passed in", async () => {
  const given = await makeSandboxClient(sandbox, { retry: 0 });
  await page.render(h(ConnectProvider, { client: given }, bothFlows()));
  await reach("ready");
  await crash();
  await call(flows.gmail.retry);
  assert.deepEqual([flows.gmail.state, flows.gmail.error.code, state.client], ["failed", "crashed", given]);
});
