/**
 * The flows, each with its requests in order. `run` performs the flow. After a failure, a second call does what a user does who tries
 * again. The `kind` of a request:
 *
 * - `read`: retried automatically.
 * - `create`: creates an account; never retried.
 * - `change`: changes something else; never retried.
 * - `status`: the status check; retried automatically, and polled until its result is final or its time is over.
 */
export const routes = {
  integrations: ["GET", /^\/api\/v3(\.1)?\/auth_configs$/],
  fields: ["GET", /^\/api\/v3(\.1)?\/toolkits\/\w+$/],
  link: ["POST", /^\/api\/v3(\.1)?\/connected_accounts\/link$/],
  create: ["POST", /^\/api\/v3(\.1)?\/connected_accounts$/],
  account: ["GET", /^\/api\/v3(\.1)?\/connected_accounts\/ca_\w+$/],
  accounts: ["GET", /^\/api\/v3(\.1)?\/connected_accounts$/],
  refresh: ["POST", /^\/api\/v3(\.1)?\/connected_accounts\/ca_\w+\/refresh$/],
  execute: ["POST", /^\/api\/v3(\.1)?\/tools\/execute\/GMAIL_GET_PROFILE$/],
};

const throwIfFailed = (snapshot) => {
  if (snapshot.error) throw snapshot.error;
  return snapshot;
};

/** Runs a ConnectFlow from its fields to its end, or until it leaves the page. */
async function drive(tab, options, data) {
  const isAgain = tab.flow !== undefined;
  tab.flow ??= tab.client.flow(options);
  let snapshot = isAgain ? await tab.flow.retry() : await tab.flow.load();
  if (snapshot.state === "ready") snapshot = await tab.flow.submit(data);
  return throwIfFailed(snapshot);
}

const byLink = [["integrations", "read"], ["fields", "read"], ["link", "create"], ["account", "status"]];
const byKey = [["integrations", "read"], ["fields", "read"], ["create", "create"], ["account", "status"]];

const all = [
  {
    name: "calls",
    what: "`getExpectedParamsForUser`, `initiateConnection`, `redirect`, `completeConnection`",
    requests: byLink,
    isByRedirect: true,
    async run(tab) {
      if (!tab.isAtCallback) {
        tab.params ??= await tab.client.getExpectedParamsForUser({ app: "gmail" });
        const request = await tab.client.initiateConnection({ integrationId: tab.params.integrationId });
        tab.client.redirect(request);
        await tab.comeBack();
      }
      return tab.client.completeConnection();
    },
  },
  {
    name: "redirect",
    what: "a flow that redirects the page, and one on the callback page that completes it",
    requests: byLink,
    isByRedirect: true,
    async run(tab) {
      const options = { app: "gmail", mode: "redirect" };
      let snapshot;
      if (tab.isAtCallback) {
        snapshot = throwIfFailed(tab.flow ? await tab.flow.retry() : await (tab.flow = tab.client.flow(options)).load());
        // The page is ready to connect again, and waits for a click.
        if (snapshot.state !== "ready" || !tab.isTryingAgain) return snapshot;
        snapshot = throwIfFailed(await tab.flow.submit());
      } else {
        snapshot = await drive(tab, options);
      }
      await tab.comeBack();
      return this.run(tab);
    },
  },
  {
    name: "popup",
    what: "a flow in a popup",
    requests: byLink,
    run: (tab) => drive(tab, { app: "gmail", mode: "popup" }),
  },
  {
    name: "key",
    what: "a flow with an API key",
    requests: byKey,
    run: (tab) => drive(tab, { app: "firecrawl" }, { api_key: "fc-typed-secret" }),
  },
  {
    name: "list",
    what: "`connectedAccounts.list`",
    requests: [["accounts", "read"]],
    hasAccount: true,
    async run(tab) {
      const found = [];
      for await (const account of tab.client.connectedAccounts.list({ app: "gmail" })) found.push(account);
      if (found.length !== 1) throw new Error(`${found.length} accounts are listed`);
      return found;
    },
  },
  {
    name: "refresh",
    what: "`connectedAccounts.refresh`",
    requests: [["account", "read"], ["refresh", "change"]],
    hasAccount: true,
    run: (tab) => tab.client.connectedAccounts.refresh({ connectedAccountId: tab.accountId() }),
  },
  {
    name: "execute",
    what: "`executeAction`",
    requests: [["execute", "change"]],
    hasAccount: true,
    run: (tab) => tab.client.executeAction({ action: "GMAIL_GET_PROFILE" }),
  },
];

export const flows = all.map((flow) => ({
  ...flow,
  requests: flow.requests.map(([name, kind]) => {
    const [method, pattern] = routes[name];
    return {
      name: name === "link" || name === "create" ? "initiate" : name,
      kind,
      is: (asked, path) => asked === method && pattern.test(path),
      // An account with a key needs no redirect, so that nothing is pending.
      isRemembered: kind === "status" && flow.name !== "key",
    };
  }),
}));
