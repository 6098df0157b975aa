import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { createSandbox } from "../dist/testing.js";
import { inRoot } from "../scripts/lib/paths.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { median, ms } from "./lib/numbers.mjs";

export const title = "Many accounts";

export const needs = [];

const COUNTS = [150, 1200];
const RUNS = Number(process.env.BENCH_RUNS) || 7;
const PAGE = 50;

/** Ways to list accounts. Each calls `shown` when a page of accounts can be shown. */
const WAYS = {
  "`connectedAccounts.list()`": async (client, shown) => {
    let count = 0;
    for await (const _ of client.connectedAccounts.list()) if ((count += 1) === PAGE) shown();
    return count;
  },
  "`entity.getConnections()`": async (client) => (await client.getEntity("Jessica").getConnections()).length,
};

export async function measure({ note }) {
  const { createClient } = await import(pathToFileURL(join(inRoot("dist"), "index.js")).href);
  const rows = [];
  for (const [name, list] of Object.entries(WAYS)) {
    const each = Object.fromEntries(COUNTS.map((count) => [count, []]));
    for (let run = -1; run < RUNS; run += 1) {
      for (const count of COUNTS) {
        note(`${name}, ${count} accounts, run ${run}`);
        const result = await time(createClient, list, count);
        // The first run is a warm-up.
        if (run >= 0) each[count].push(result);
      }
    }
    rows.push({ name, each });
  }
  return { text: report(rows) };
}

/** Lists once, without a network: a sandbox answers in this process. The time is the module's, the sandbox's is subtracted. */
async function time(createClient, list, count) {
  const sandbox = createSandbox({ apiKey: "key" });
  for (let index = 0; index < count; index += 1) sandbox.addAccount({ app: "gmail", entityId: "Jessica" });
  let [requests, away, first, firstRequests] = [0, 0, undefined, undefined];
  const fetch = async (request) => {
    requests += 1;
    const start = performance.now();
    const answer = await sandbox.fetch(new Request(request, { headers: { "x-api-key": "key" } }));
    away += performance.now() - start;
    return answer;
  };
  const client = await createClient({ baseUrl: "https://app.test", entityId: "Jessica", fetch });
  const start = performance.now();
  const found = await list(client, () => ([first, firstRequests] = [performance.now() - start - away, requests]));
  const took = performance.now() - start - away;
  client.dispose();
  if (found !== count) throw new Error(`${found} accounts were listed, not ${count}`);
  return { took, requests, first, firstRequests };
}

function report(rows) {
  const [few, many] = COUNTS;
  const line = ({ name, each }) => {
    const of = (count, key) => median(each[count].map((one) => one[key]));
    const exponent = Math.log(of(many, "took") / of(few, "took")) / Math.log(many / few);
    const [{ requests, firstRequests }] = each[many];
    const first = firstRequests === undefined ? ["", ""] : [firstRequests, ms(of(many, "first"))];
    return [name, ...first, requests, ms(of(few, "took")), ms(of(many, "took")), exponent.toFixed(2)];
  };
  return [
    `An entity has ${few} or ${many.toLocaleString("en-US")} accounts, and the platform gives them in pages of ${PAGE}. The sandbox runs in the same process (Node). Its time is
subtracted. Medians of ${RUNS} runs, in milliseconds.

- *Requests until the first page*: 1 is one round trip. \`useConnectedAccounts\` shows that page, too (\`tests/node/react-accounts.test.mjs\`).
- *Exponent*: 1 means that twice as many accounts take twice as long; 2 means four times.`,
    markdown([
      ["with", "requests until the first page", "its time", "requests", `${few} accounts`, `${many.toLocaleString("en-US")} accounts`, "exponent"],
      ...rows.map(line),
    ]),
  ].join("\n\n");
}
