import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { checkGateway } from "./check.mjs";
import { bin, execute, freePort, native, openApps } from "./support.mjs";

/** The same gateway in every runtime, over real connections, with the sandbox as an HTTP server for its upstream. */
suite("the gateway works in", () => {
  let apps;
  before(async () => { apps = await openApps(); });
  after(() => apps?.close());

  const inNode = (file) => () => [process.execPath, [join(apps.folder, file)]];
  const programs = {
    "Node's http": inNode("node.js"),
    "Express, behind its body parser": inNode("express.js"),
    Fastify: inNode("fastify.js"),
    Hono: inNode("hono.js"),
    Bun: () => [native("@oven", "bin", "bun"), [join(apps.folder, "bun.js")]],
    Deno: () => [native("@deno", "deno"), ["run", "--allow-net", "--allow-env", "--allow-read", "--no-config", "--no-lock", "--node-modules-dir=manual", join(apps.folder, "deno.js")]],
    workerd: async (port) => {
      await execute(bin("esbuild"), ["worker.js", "--bundle", "--format=esm", "--outfile=worker.bundle.js"], { cwd: apps.folder });
      return [native("@cloudflare", "bin", "workerd"), ["serve", join(apps.folder, "worker.capnp"), `--socket-addr=http=127.0.0.1:${port}`]];
    },
  };

  for (const [name, programOf] of Object.entries(programs)) {
    test(name, async () => {
      const port = await freePort();
      const { stop } = await apps.start(await programOf(port), { port });
      try {
        await checkGateway(apps.sandbox, `http://127.0.0.1:${port}`);
      } finally {
        await stop();
      }
    });
  }
});
