// Runs in a worker, which has prototypes of its own. Freezes them, makes a few calls and posts their results.
import { parentPort } from "node:worker_threads";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { isConnectError } from "connect-flow";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, memoryStorage } from "../../node/client.mjs";

const sandbox = createSandbox({ apiKey: "key" });
const options = { baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", retry: 0, storage: memoryStorage(), redirectUrl: "https://app.test/" };
const client = await makeClient({ ...options, fetch: (request) => sandbox.fetch(request) });
const broken = await makeClient({ ...options, fetch: async () => json({ message: "no" }, 404) });
// A second instance of the entry, which has not loaded the module.
const unloaded = await import(`${import.meta.resolve("connect-flow")}?unloaded`);
let submit;
renderToString(createElement(ConnectProvider, { options }, createElement(() => void ({ submit } = useConnectFlow({ app: "gmail" })))));
for (const { prototype } of [Object, Function, Error, TypeError, Array, Promise, Map, Set, String, RegExp, Uint8Array]) Object.freeze(prototype);

const { integrationId } = await client.getExpectedParamsForUser({ app: "shopify" });
const { connectionStatus } = await client.initiateConnection({ integrationId, data: { shop: "acme", admin_api_access_token: "x" } });
const flow = client.flow({ app: "gmail", mode: "redirect" });
const { state } = await flow.load();
flow.dispose();
const error = await broken.connectedAccounts.get({ connectedAccountId: "ca_1" }).catch((thrown) => thrown);

/** The members of an error that callers read. */
const members = (thrown) => [thrown.name, thrown.code, thrown instanceof Error, Object.keys(thrown).includes("message")];
const membersThrownBy = (call) => {
  try {
    call();
  } catch (thrown) {
    return members(thrown);
  }
};
parentPort.postMessage({
  connectionStatus, state, isOurs: isConnectError(error), error: members(error),
  unloaded: membersThrownBy(() => unloaded.toJsonSchema([])),
  tooEarly: await submit({}).catch(members),
  misuse: membersThrownBy(() => createSandbox({ apps: [{ key: "no word", authScheme: "API_KEY" }] })),
});
