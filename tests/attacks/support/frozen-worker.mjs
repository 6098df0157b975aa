// Runs in a thread of its own, whose prototypes are its own too. Answers what came of a few calls once all of them are frozen.
import { parentPort } from "node:worker_threads";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { isConnectError } from "connect-flow";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";
import { createSandbox } from "connect-flow/testing";
import { connect, json, memoryStorage } from "../../node/client.mjs";

const sandbox = createSandbox({ apiKey: "key" });
const options = { baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", retry: 0, storage: memoryStorage(), redirectUrl: "https://app.test/" };
const client = await connect({ ...options, fetch: (request) => sandbox.fetch(request) });
const broken = await connect({ ...options, fetch: async () => json({ message: "no" }, 404) });
// The entry once more, in which nothing has loaded the module.
const unloaded = await import(`${import.meta.resolve("connect-flow")}?unloaded`);
let submit;
renderToString(createElement(ConnectProvider, { options }, createElement(() => void ({ submit } = useConnectFlow({ app: "gmail" })))));
for (const of of [Object, Function, Error, TypeError, Array, Promise, Map, Set, String, RegExp, Uint8Array]) Object.freeze(of.prototype);

const { integrationId } = await client.getExpectedParamsForUser({ app: "shopify" });
const { connectionStatus } = await client.initiateConnection({ integrationId, data: { shop: "acme", admin_api_access_token: "x" } });
const flow = client.flow({ app: "gmail", mode: "redirect" });
const { state } = await flow.load();
flow.dispose();
const error = await broken.connectedAccounts.get({ connectedAccountId: "ca_1" }).catch((thrown) => thrown);

/** Of what was thrown: the members that a caller looks at. */
const members = (thrown) => [thrown.name, thrown.code, thrown instanceof Error, Object.keys(thrown).includes("message")];
const ofCall = (call) => {
  try {
    call();
  } catch (thrown) {
    return members(thrown);
  }
};
parentPort.postMessage({
  connectionStatus, state, isOurs: isConnectError(error), error: members(error),
  unloaded: ofCall(() => unloaded.toJsonSchema([])),
  tooEarly: await submit({}).catch(members),
  misuse: ofCall(() => createSandbox({ apps: [{ key: "no word", authScheme: "API_KEY" }] })),
});
