import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createSandbox } from "connect-flow/testing";
import { startProgram } from "../e2e/support/program.mjs";
import { apiKey, integrations } from "../gateway/support.mjs";
import { serve } from "../gateway/wire.mjs";

const runtimes = process.env.RUNTIMES;
if (!runtimes) throw new Error("run it by `npm test -- runtimes`, which says in RUNTIMES where they are");
const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = fileURLToPath(new URL("apps/", import.meta.url));
const installed = (...path) => join(runtimes, "node_modules", ...path);
const bin = (name) => installed(".bin", name);
/** A program that npm installs as the one package of several that is for this machine. */
const native = (scope, ...path) => installed(scope, readdirSync(installed(scope))[0], ...path);

/** The same gateway in each, asked over real connections, with the sandbox as a server behind it. */
suite("the gateway in", () => {
  const sandbox = createSandbox({ apiKey });
  let platform;
  let folder;

  before(async () => {
    platform = await serve(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method, headers } = request;
      const answer = await sandbox.fetch(new Request(platform.url + request.url, { method, headers, ...(chunks.length && { body: Buffer.concat(chunks) }) })).catch(() => undefined);
      if (!answer) return response.destroy();
      return response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
    });
    await mkdir(join(runtimes, "runs"), { recursive: true });
    folder = await mkdtemp(join(runtimes, "runs", "run-"));
    await cp(sources, folder, { recursive: true });
    const copy = join(folder, "node_modules", "connect-flow");
    await mkdir(copy, { recursive: true });
    for (const path of ["package.json", "dist"]) await cp(join(root, path), join(copy, path), { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  });
  after(async () => {
    await platform?.close();
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const environment = () => ({ PLATFORM_URL: platform.url, PLATFORM_KEY: apiKey, NEXT_TELEMETRY_DISABLED: "1", DENO_NO_UPDATE_CHECK: "1" });

  /** Nobody is asked which ports are free: one that was a moment ago is. */
  async function freePort() {
    const server = await serve(() => {});
    await server.close();
    return server.port;
  }

  const inNode = (file) => () => [process.execPath, [join(folder, file)]];
  const programs = {
    "Node's http": inNode("node.js"),
    "Express, behind its body parser": inNode("express.js"),
    Fastify: inNode("fastify.js"),
    Hono: inNode("hono.js"),
    Bun: () => [native("@oven", "bin", "bun"), [join(folder, "bun.js")]],
    Deno: () => [native("@deno", "deno"), ["run", "--allow-net", "--allow-env", "--allow-read", "--no-config", "--no-lock", "--node-modules-dir=manual", join(folder, "deno.js")]],
    workerd: async (port) => {
      await execute(bin("esbuild"), ["worker.js", "--bundle", "--format=esm", "--outfile=worker.bundle.js"], { cwd: folder });
      return [native("@cloudflare", "bin", "workerd"), ["serve", join(folder, "worker.capnp"), `--socket-addr=http=127.0.0.1:${port}`]];
    },
    "Next.js": async (port) => {
      const app = join(folder, "next");
      await cp(join(folder, "options.js"), join(app, "options.js"));
      await cp(join(folder, "node_modules"), join(app, "node_modules"), { recursive: true });
      await writeFile(join(app, "package.json"), '{ "type": "module" }');
      await execute(bin("next"), ["build"], { cwd: app, env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } });
      return [process.execPath, [installed("next", "dist", "bin", "next"), "start", app, "--port", String(port), "--hostname", "127.0.0.1"]];
    },
  };

  for (const [name, programOf] of Object.entries(programs)) {
    test(name, async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const [program, args] = await programOf(port);
      const answers = () => fetch(`${url}/api/connect/api/v3.1/toolkits`).then(({ status }) => status === 401, () => false);
      const { stop } = await startProgram(program, args, { answers, env: { ...environment(), PORT: String(port) } });
      try {
        await check(url);
      } finally {
        await stop();
      }
    });
  }

  async function check(url) {
    const ask = async (method, path, { body, headers, user = "Jessica" } = {}) => {
      const response = await fetch(`${url}/api/connect${path}`, {
        method,
        headers: { "x-test-user": user, cookie: "session=secret", ...(body && { "content-type": "application/json" }), ...headers },
        ...(body && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      assert.ok(!text.includes(apiKey) && !/\n\s+at /.test(text), text);
      return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
    };
    sandbox.reset();

    const apps = await ask("GET", "/api/v3.1/toolkits");
    assert.deepEqual(apps.body.items.map(({ slug }) => slug).sort(), ["gmail", "shopify"]);
    assert.deepEqual([apps.headers.get("cache-control"), apps.headers.get("content-type")], ["no-store", "application/json"]);
    assert.match(apps.headers.get("x-request-id"), /^[\w-]+$/);

    assert.equal((await ask("GET", "/api/v3/toolkits/")).status, 200);
    const given = { auth_config: { id: integrations.shopify }, connection: { data: { shop: "acme", admin_api_access_token: "shpat_1" } } };
    const others = { ...given, connection: { ...given.connection, user_id: "Melissa" } };
    assert.equal((await ask("POST", "/api/v3.1/connected_accounts", { body: others })).status, 403);
    const made = await ask("POST", "/api/v3.1/connected_accounts", { body: given });
    assert.equal(made.status, 201);
    assert.equal(sandbox.accounts()[0].entityId, "Jessica");
    const account = `/api/v3.1/connected_accounts/${made.body.id}`;
    assert.equal((await ask("GET", account)).body.user_id, "Jessica");
    assert.equal((await ask("PATCH", `${account}/status`, { body: { enabled: false } })).status, 200);
    assert.equal(sandbox.accounts()[0].isDisabled, true);
    assert.equal((await ask("PATCH", `${account}/status`, { body: { enabled: true } })).status, 200);

    // What must not be, is not.
    assert.equal((await ask("GET", account, { user: "Melissa" })).status, 404);
    assert.equal((await ask("DELETE", account, { user: "Melissa" })).status, 404);
    assert.equal((await ask("GET", "/api/v3.1/toolkits", { user: "" })).status, 401);
    assert.equal((await ask("DELETE", account, { headers: { origin: "https://evil.test" } })).status, 403);
    assert.equal((await ask("DELETE", account, { headers: { "sec-fetch-site": "cross-site" } })).status, 403);
    assert.equal((await ask("GET", "/api/v3.1/toolkits/..%2Forg")).status, 404);
    // Here a framework or a server may be faster; refused it is.
    for (const [body, statuses] of [["x".repeat(1024 * 1024 + 1), [413]], ["{", [400]]]) {
      const response = await fetch(`${url}/api/connect/api/v3.1/connected_accounts/link`, { method: "POST", body, headers: { "x-test-user": "Jessica", "content-type": "application/json" } });
      await response.body.cancel();
      assert.ok(statuses.includes(response.status), String(response.status));
    }

    // The platform sends elsewhere, hangs, breaks off.
    sandbox.fault({ kind: "hang" });
    assert.equal((await ask("GET", account)).status, 504);
    sandbox.fault({ kind: "drop" });
    assert.equal((await ask("GET", account)).status, 502);
    sandbox.fault({ kind: "status", status: 429, retryAfter: 7 });
    const limited = await ask("GET", account);
    assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "7"]);
    assert.equal((await ask("DELETE", account)).status, 200);
    assert.equal(sandbox.accounts()[0].isDeleted, true);
  }
});
