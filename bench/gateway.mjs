import { fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { inRoot } from "../scripts/lib/paths.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { median, ms, times } from "./lib/numbers.mjs";

export const title = "The gateway";

export const needs = [];

const ROUNDS = Number(process.env.BENCH_RUNS) || 5;
/** Of one round. A number and not a time, so that a slow machine runs compiled code, too. */
const REQUESTS = 3_000;
const CONNECTIONS = [32];
const NAMES = { gateway: "connect-flow/server", before: "connect-flow/server, before", handler: "`fetch` by hand", proxy: "@fastify/http-proxy" };

export async function measure({ note, folder, before }) {
  const autocannon = createRequire(join(folder, "package.json"))("autocannon");
  const children = [];
  const begin = (kind, dist, upstream = "") => start(kind, [dist, upstream], { folder, children });
  const now = inRoot("dist");
  const kinds = { gateway: ["gateway", now], ...(before && { before: ["gateway", before] }), handler: ["handler", now], proxy: ["proxy", now] };
  const runs = [];
  try {
    const upstream = await begin("upstream", now);
    const subjects = {};
    for (const [name, kind] of Object.entries(kinds)) subjects[name] = await begin(...kind, upstream.url);
    for (const path of upstream.paths) {
      for (const connections of CONNECTIONS) {
        // The first round is a warm-up. The servers take turns, because the machine's speed varies over time.
        for (let round = 0; round <= ROUNDS; round++) {
          for (const [name, server] of Object.entries(subjects)) {
            note(`${NAMES[name]}, ${connections} connections, round ${round}`);
            const run = await load(autocannon, server, path, connections);
            if (round) runs.push({ name, path, connections, ...run });
          }
        }
      }
    }
    return { text: report(Object.keys(kinds), upstream.paths, runs) };
  } finally {
    for (const child of children) child.kill();
  }
}

async function start(kind, args, { folder, children }) {
  const child = fork(inRoot("bench", "gateway", "serve.mjs"), [kind, ...args], { env: { ...process.env, BENCH_TOOLS: folder } });
  children.push(child);
  const ended = once(child, "exit").then(([code]) => { throw new Error(`the server ${kind} ended with ${code}`); });
  const server = { child, ended };
  return Object.assign(server, await nextMessage(server));
}

/** The next message of a server's process. */
async function nextMessage({ child, ended }) {
  const [message] = await Promise.race([once(child, "message"), ended]);
  if (message.error) throw new Error(message.error);
  return message;
}

/** The processor time and memory that a server has used so far. */
async function usage(server) {
  server.child.send("usage");
  const { cpu, rss } = await nextMessage(server);
  return { cpuMs: (cpu.user + cpu.system) / 1000, rss };
}

async function load(autocannon, server, path, connections) {
  const before = await usage(server);
  const { requests, latency, non2xx, errors } = await autocannon({ url: server.url + path, connections, amount: REQUESTS });
  if (non2xx || errors) throw new Error(`${non2xx} answers were not 2xx, ${errors} requests failed`);
  const after = await usage(server);
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, cpu: (after.cpuMs - before.cpuMs) / requests.total, rss: after.rss };
}

function report(names, paths, runs) {
  const of = (name, path, connections, key) =>
    median(runs.filter((run) => run.name === name && run.path === path && run.connections === connections).map((run) => run[key]));
  const rows = paths.flatMap((path) =>
    CONNECTIONS.flatMap((connections) =>
      names.map((name) => {
        const value = (key, other = name) => of(other, path, connections, key);
        const ratio = (key) => times(value(key) / value(key, "handler"));
        const operation = path.includes("toolkits") ? "an app" : "an account";
        const mib = (value("rss") / 2 ** 20).toFixed(0);
        return [operation, connections, NAMES[name], Math.round(value("perSecond")), ms(value("p99")), ms(value("cpu")), ratio("cpu"), mib, ratio("rss")];
      }),
    ),
  );
  const head = ["what is asked for", "connections", "server", "requests/s", "p99, ms", "CPU per request, ms", "ratio", "memory, MiB", "ratio"];
  return `The gateway and two servers that only add the key, in Node, in front of one upstream that answers from memory. Each runs in a process of its own. autocannon
sends the requests: ${ROUNDS} rounds of ${REQUESTS.toLocaleString("en-US")} in turns, medians. Upstream and autocannon run on the same machine, so compare the processor time, not the requests per
second.

- *\`fetch\` by hand*: one line behind the same adapter, from a \`Request\` to a \`Response\`. *Ratio*: the server divided by this one.
- *connect-flow/server*: also checks whose account the answer is about, searches it for the key, and builds the answer from its known members.
- *before*: the same of an earlier commit.
- *@fastify/http-proxy*: passes bytes on. It is faster mostly because it makes no \`Request\` and no \`Response\`, which are slow in Node.

${markdown([head, ...rows])}`;
}
