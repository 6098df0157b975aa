/**
 * The flows: each a list of its requests, in order, and how it goes. `run` begins; called again after a failure, it goes on from
 * there as a user does who is offered to try again. `kind` of a request:
 *
 * - `read`: repeated by itself.
 * - `make`: makes an account; never repeated.
 * - `change`: changes something else; never repeated.
 * - `look`: at the account, until it is decided; repeated by itself, and asked again until the time for that is over.
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

const ended = (snapshot) => {
  if (snapshot.error) throw snapshot.error;
  return snapshot;
};

/** A flow of the page's: from the fields to its end, or to where the page is left. */
async function drive(tab, options, data) {
  const isAgain = tab.flow !== undefined;
  tab.flow ??= tab.client.flow(options);
  let snapshot = isAgain ? await tab.flow.retry() : await tab.flow.load();
  if (snapshot.state === "ready") snapshot = await tab.flow.submit(data);
  return ended(snapshot);
}

const byLink = [["integrations", "read"], ["fields", "read"], ["link", "make"], ["account", "look"]];
const byKey = [["integrations", "read"], ["fields", "read"], ["create", "make"], ["account", "look"]];

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
    what: "a flow that leaves the page, and one that completes it on the callback page",
    requests: byLink,
    isByRedirect: true,
    async run(tab) {
      const options = { app: "gmail", mode: "redirect" };
      let snapshot;
      if (tab.isAtCallback) {
        snapshot = ended(tab.flow ? await tab.flow.retry() : await (tab.flow = tab.client.flow(options)).load());
        // The page shows the way to connect, and nobody has clicked yet.
        if (snapshot.state !== "ready" || !tab.isTryingAgain) return snapshot;
        snapshot = ended(await tab.flow.submit());
      } else {
        snapshot = await drive(tab, options);
      }
      await tab.comeBack();
      return this.run(tab);
    },
  },
  {
    name: "popup",
    what: "a flow by popup",
    requests: byLink,
    run: (tab) => drive(tab, { app: "gmail", mode: "popup" }),
  },
  {
    name: "key",
    what: "a flow by API key",
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

/** Every flow. */
export const flows = all.map((flow) => ({
  ...flow,
  requests: flow.requests.map(([name, kind]) => {
    const [method, pattern] = routes[name];
    return {
      name: name === "link" || name === "create" ? "initiate" : name,
      kind,
      is: (asked, path) => asked === method && pattern.test(path),
      // What nobody was sent away for is not: it is there already.
      isRemembered: kind === "look" && flow.name !== "key",
    };
  }),
}));
