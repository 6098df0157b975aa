// Runs one server in a process of its own: the platform (`upstream`), or a server before it (`gateway`, `handler` or `proxy`) with the build of a folder.
// Sends its URL to the parent process, and answers each message with its use of the processor and of memory.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createSandbox } from "../../dist/testing.js";

const API_KEY = "bench-key";
const [kind, dist, upstream] = process.argv.slice(2);
const { createGateway, toNodeHandler } = await import(pathToFileURL(join(dist, "server.js")).href);

/** Answers from recorded answers of the sandbox, so that the upstream takes almost no time. */
async function startUpstream() {
  const sandbox = createSandbox({ apiKey: API_KEY });
  const ask = async (path, init) => {
    const request = new Request(`https://platform.example${path}`, { ...init, headers: { "x-api-key": API_KEY, "content-type": "application/json" } });
    return (await sandbox.fetch(request)).text();
  };
  const body = JSON.stringify({ auth_config_id: "ac_Gmail0000001", user_id: "Jessica" });
  const { connected_account_id: id } = JSON.parse(await ask("/api/v3/connected_accounts/link", { method: "POST", body }));
  const answers = new Map();
  for (const path of ["/api/v3/toolkits/gmail", `/api/v3/connected_accounts/${id}`]) answers.set(path, await ask(path));
  const server = createServer((request, response) => {
    const answer = answers.get(request.url);
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" }).end(answer ?? "{}");
  });
  return { url: await listen(server), paths: [...answers.keys()] };
}

async function startGateway() {
  const gateway = createGateway({
    apiKey: API_KEY,
    upstream,
    basePath: "",
    authenticate: () => "Jessica",
    allow: { operations: ["connect"], apps: ["gmail"] },
    redirectOrigins: ["https://app.example"],
    onError: (error) => process.send({ error: String(error) }),
  });
  return { url: await listen(createServer(toNodeHandler(gateway))) };
}

/** A reverse proxy that only adds the key. */
async function startProxy() {
  const require = createRequire(join(process.env.BENCH_TOOLS, "package.json"));
  const app = require("fastify")();
  const replyOptions = { rewriteRequestHeaders: (_request, headers) => ({ ...headers, "x-api-key": API_KEY }) };
  app.register(require("@fastify/http-proxy"), { upstream, replyOptions });
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }) };
}

/** A handler that only adds the key, with `Request`, `fetch` and `Response`. */
async function startHandler() {
  const handle = (request) => {
    const { pathname, search } = new URL(request.url);
    const response = fetch(upstream + pathname + search, { headers: { accept: "application/json", "x-api-key": API_KEY }, signal: request.signal });
    // autocannon aborts its last requests at the end of a round.
    return response.catch(() => new Response(null, { status: 502 }));
  };
  return { url: await listen(createServer(toNodeHandler(handle))) };
}

const listen = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`)));

const started = { upstream: startUpstream, gateway: startGateway, handler: startHandler, proxy: startProxy };
// Exits with the parent.
process.on("disconnect", () => process.exit());
process.on("message", () => process.send({ cpu: process.cpuUsage(), rss: process.memoryUsage().rss }));
process.send(await started[kind]());
