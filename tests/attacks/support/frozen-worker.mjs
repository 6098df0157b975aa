// Runs in a thread of its own, whose prototypes are its own too. Answers what came of a few calls once all of them are frozen.
import { parentPort } from "node:worker_threads";
import { isConnectError } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { connect, json, memoryStorage } from "../../node/client.mjs";

const sandbox = createSandbox({ apiKey: "key" });
const options = { baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", retry: 0, storage: memoryStorage(), redirectUrl: "https://app.test/" };
const client = await connect({ ...options, fetch: (request) => sandbox.fetch(request) });
const broken = await connect({ ...options, fetch: async () => json({ message: "no" }, 404) });
for (const of of [Object, Function, Error, TypeError, Array, Promise, Map, Set, String, RegExp, Uint8Array]) Object.freeze(of.prototype);

const { integrationId } = await client.getExpectedParamsForUser({ app: "shopify" });
const { connectionStatus } = await client.initiateConnection({ integrationId, data: { shop: "acme", admin_api_access_token: "x" } });
const flow = client.flow({ app: "gmail", mode: "redirect" });
const { state } = await flow.load();
flow.dispose();
const error = await broken.connectedAccounts.get({ connectedAccountId: "ca_1" }).catch((thrown) => thrown);
parentPort.postMessage({
  connectionStatus, state, isOurs: isConnectError(error) && error instanceof Error, name: error.name, code: error.code, hasMessage: Object.keys(error).includes("message"),
});
