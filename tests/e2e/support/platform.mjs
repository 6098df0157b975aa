import { startHost } from "../../../www/host/server.mjs";
import { createFront } from "./front.mjs";

/**
 * Starts the demo with its sandbox on free ports.
 * @param options more for `startHost`, as `coop`.
 * @returns what `startHost` gives, what stands in front of it, and what is noted and arranged here.
 */
export async function openPlatform(options) {
  const front = createFront();
  const host = await startHost({ ...options, appPort: 0, platformPort: 0, authorizationPort: 0, mode: "development", wrap: front.wrap });
  const { sandbox } = host;
  const answer = sandbox.fetch.bind(sandbox);
  let exchanges = [];
  let plans = [];
  sandbox.fetch = async (request) => {
    const { pathname } = new URL(request.url);
    const body = request.method === "POST" ? await request.clone().text() : "";
    const plan = plans.find(({ method, path }) => method === request.method && fits(path, pathname));
    plans = plans.filter((other) => other !== plan);
    await plan?.act(request);
    const response = await answer(request);
    exchanges.push({
      method: request.method,
      path: pathname,
      key: request.headers.get("x-api-key"),
      body,
      status: response.status,
      location: response.headers.get("location"),
      text: await response.clone().text(),
    });
    return response;
  };
  return {
    ...host,
    front,
    /** What the platform was asked and what it answered: `{ method, path, key, body, status, location, text }` each. */
    exchanges: () => exchanges,
    /** Requests of the app to the API; not those of users to the platform's pages. */
    calls: (method) => sandbox.requests.filter((one) => isApi(one.path) && (!method || one.method === method)),
    /** Where the platform sent users back to, oldest first. */
    returns: () => exchanges.map(({ location }) => location).filter((location) => location?.startsWith(host.appUrl)),
    accounts: () => sandbox.accounts(),
    /** Calls `act(request)` once, before the platform sees the next such request. `path` ends in `*` for a prefix. */
    when: (method, path, act) => plans.push({ method, path, act }),
    /** The platform says of its one account what it says now, whatever becomes of it. Gives a function that undoes it. */
    stall: async () => {
      const [{ id }] = sandbox.accounts();
      const { key } = exchanges.find(({ key }) => key);
      const said = await answer(new Request(`${host.platformUrl}/api/v3.1/connected_accounts/${id}`, { headers: { "x-api-key": key } }));
      return sandbox.fault({ kind: "status", status: 200, method: "GET", path: new RegExp(`/connected_accounts/${id}$`), times: Infinity, body: await said.json() });
    },
    reset: () => {
      sandbox.reset();
      exchanges = [];
      plans = [];
    },
  };
}

const isApi = (path) => path.startsWith("/api/") && !pages.some((page) => path.startsWith(page));

/** Of these, users see the first, and the authorization server sends them to the other. */
const pages = ["/api/v3/s/", "/api/v3/toolkits/auth/callback"];

const fits = (wanted, path) => (wanted.endsWith("*") ? path.startsWith(wanted.slice(0, -1)) : path === wanted);
