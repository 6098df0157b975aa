import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createSandbox } from "connect-flow/testing";
import { startProgram } from "../e2e/support/program.mjs";
import { apiKey } from "../gateway/support.mjs";
import { serve } from "../gateway/wire.mjs";

const runtimes = process.env.RUNTIMES;
if (!runtimes) throw new Error("RUNTIMES is not set. Run `npm test -- runtimes`, which installs the runtimes and sets it");
const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = fileURLToPath(new URL("apps/", import.meta.url));

export const execute = promisify(execFile);
export const installed = (...path) => join(runtimes, "node_modules", ...path);
export const bin = (name) => installed(".bin", name);
/** A native program. npm installs the one package of its scope that fits this machine. */
export const native = (scope, ...path) => installed(scope, readdirSync(installed(scope))[0], ...path);

/**
 * Starts the sandbox as a server, and copies the apps into a folder from which connect-flow and the frameworks can be resolved.
 * @returns `{ sandbox, folder, abandoned, start, buildNext, configureNext, close }`: `abandoned` counts the aborted requests to the
 * platform, and `start([program, args], { port, path, env })` returns a `stop` function.
 */
export async function openApps() {
  const sandbox = createSandbox({ apiKey });
  const opened = { sandbox, abandoned: 0 };
  const platform = await serve(async (request, response) => {
    response.on("close", () => { opened.abandoned += response.writableFinished ? 0 : 1; });
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, headers } = request;
    const answer = await sandbox.fetch(new Request(platform.url + request.url, { method, headers, ...(chunks.length && { body: Buffer.concat(chunks) }) })).catch(() => undefined);
    if (!answer) return response.destroy();
    return response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
  await mkdir(join(runtimes, "runs"), { recursive: true });
  const folder = await mkdtemp(join(runtimes, "runs", "run-"));
  await cp(sources, folder, { recursive: true });
  // Next.js takes a folder with a lock file for the project's root.
  for (const file of ["package.json", "package-lock.json"]) await rm(join(folder, file));
  const copy = join(folder, "node_modules", "connect-flow");
  await mkdir(copy, { recursive: true });
  for (const path of ["package.json", "dist"]) await cp(join(root, path), join(copy, path), { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');

  const environment = { PLATFORM_URL: platform.url, PLATFORM_KEY: apiKey, NEXT_TELEMETRY_DISABLED: "1", DENO_NO_UPDATE_CHECK: "1" };
  const next = (command, app, port) => [process.execPath, [installed("next", "dist", "bin", "next"), command, app, "--port", String(port), "--hostname", "127.0.0.1"]];
  async function appOfNext(name) {
    const app = join(folder, name);
    if (name !== "next") await cp(join(sources, "next"), app, { recursive: true });
    await cp(join(folder, "options.js"), join(app, "options.js"));
    await cp(join(folder, "node_modules"), join(app, "node_modules"), { recursive: true });
    await writeFile(join(app, "package.json"), '{ "type": "module" }');
    return app;
  }
  return Object.assign(opened, {
    folder,
    /** Resolves once the gateway below this path answers. */
    async start([program, args], { port, path = "/api/connect", env }) {
      const answers = () => fetch(`http://127.0.0.1:${port}${path}/api/v3.1/toolkits`).then(({ status }) => status === 401, () => false);
      return startProgram(program, args, { answers, env: { ...environment, PORT: String(port), ...env } });
    },
    /** Builds a Next.js app. Returns a function that makes the command to start it. */
    async buildNext() {
      const app = await appOfNext("next");
      await execute(bin("next"), ["build"], { cwd: app, env: { ...process.env, ...environment } });
      return (port) => next("start", app, port);
    },
    /** The same with a configuration. Uses the development server, which takes a quarter of the time. */
    async configureNext(config) {
      const app = await appOfNext("next-configured");
      await writeFile(join(app, "next.config.js"), `export default ${JSON.stringify(config)};`);
      return (port) => next("dev", app, port);
    },
    async close() {
      await platform.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  });
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = await serve(() => {});
  await server.close();
  return server.port;
}
