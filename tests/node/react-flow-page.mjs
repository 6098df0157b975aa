// The parts that tests of useConnectFlow share: a page, a sandbox, and components whose flows are recorded.
import { beforeEach } from "node:test";
import { createElement as h } from "react";
import { createSandbox } from "connect-flow/testing";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";
import { callbackAfterConsent } from "./browser.mjs";
import { memoryStorage, sandboxOptions } from "./client.mjs";
import { usePage } from "./react-page.mjs";

export const page = usePage();

/** By the name of the component: the last result of useConnectFlow, and the states so far. */
export let flows, states;
export let sandbox;
let openRequests, held, storage;
beforeEach(() => {
  [flows, states] = [{}, {}];
  sandbox = createSandbox();
  [openRequests, held] = [0, undefined];
  storage = memoryStorage();
});

/** Options for a client of the sandbox. All clients of a test share one storage. */
export const clientOptions = () => ({
  ...sandboxOptions(sandbox),
  redirectUrl: undefined,
  storage,
  retry: 0,
  fetch: async (request) => {
    openRequests += 1;
    request.signal.addEventListener("abort", () => (openRequests -= 1), { once: true });
    await held?.(request);
    const response = await sandbox.fetch(request);
    if (!request.signal.aborted) openRequests -= 1;
    return response;
  },
});

/** Requests without a response, plus listeners and channels of the page. */
export const leftovers = () => [openRequests, page.dom().listenerCount()];

/** Leaves requests with this method and path unanswered until `releaseRequests`. */
export function holdRequests(method, path = "") {
  held = (request) => request.method === method && request.url.includes(path) && new Promise((_, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true });
  });
}

export const releaseRequests = () => void (held = undefined);

export function Flow({ name = "flow", children, ...options }) {
  const flow = useConnectFlow(options);
  flows[name] = flow;
  states[name] ??= [];
  if (states[name].at(-1) !== flow.state) states[name].push(flow.state);
  return h("p", { id: name }, flow.state, children);
}

/** A provider whose client asks the sandbox. */
export const app = (...children) => h(ConnectProvider, { options: clientOptions() }, ...children);

/** Waits until the flow of this name is in this state. */
export const reach = (state, name = "flow") =>
  page.waitFor(() => flows[name]?.state === state, `${name} is ${state}`).catch((error) => {
    throw new Error(`${error.message} ${JSON.stringify(flows[name])}`, { cause: flows[name]?.error });
  });

export const requestPaths = (method) => sandbox.requests.filter((request) => !method || request.method === method).map(({ path }) => path);

/** The number of requests of one `load`: the integration, its app, and the accounts that exist. */
export const requestsPerLoad = 3;

/** Calls a method of the flow, as a click does. Returns its outcome as a promise inside an object, so that `await` does not wait for it. */
export async function click(method, ...values) {
  let settled;
  await page.act(async () => {
    settled = flows.flow[method](...values).then((snapshot) => snapshot.state, (error) => error.code);
  });
  return { settled };
}

/** The user signs in and allows access. Returns the callback URL. */
export const consent = (url) => callbackAfterConsent(sandbox, url);
