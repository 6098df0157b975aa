import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { suite, test } from "node:test";
import { isFree, listen } from "../../www/host/listen.mjs";

const main = new URL("../../www/host/main.mjs", import.meta.url).href;

/** Runs `before` and then the demo in a process of their own. Waits until the output matches `lastLine`. */
async function start(env, lastLine, before = "", options = {}) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", `${before}(await import(${JSON.stringify(main)})).main(${JSON.stringify(options)})`], {
    env: { ...process.env, COMPOSIO_API_KEY: "", ...env },
  });
  const output = { out: "", err: "" };
  child.stderr.on("data", (data) => { output.err += data; });
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => {
      output.out += data;
      if (lastLine.test(output.out)) resolve();
    });
    child.on("exit", () => reject(new Error(`the demo ended:\n${output.out}${output.err}`)));
  });
  child.removeAllListeners("exit");
  const urls = output.out.match(/http:\/\/localhost:\d+/g) ?? [];
  return { output, urls, stop: () => new Promise((resolve) => child.on("exit", resolve).kill()) };
}

suite("the demo's command", () => {
  test("picks free ports, prints its addresses and the key, and prints no warning", async () => {
    const taken = (await isFree(3000)) ? await listen(3000) : undefined;
    const demo = await start({}, /Sign in there as .+\n/);
    try {
      const [app, platform, authorization] = demo.urls;
      assert.notEqual(app, "http://localhost:3000");
      assert.equal((await fetch(`${app}/favicon.ico`)).status, 200);
      assert.equal((await fetch(`${app}/api/connect/api/v3/toolkits/gmail`)).status, 200);
      const [, key] = demo.output.out.match(/with the key (\S+)/);
      const statuses = ["", key].map(async (given) => (await fetch(`${platform}/api/v3/toolkits/gmail`, { headers: { "x-api-key": given } })).status);
      assert.deepEqual(await Promise.all(statuses), [401, 200], "the platform requires the key that is printed");
      assert.equal((await (await fetch(`${authorization}/.well-known/openid-configuration`)).json()).issuer, authorization);
      assert.match(demo.output.out, /Jessica \(jessica-password\) or Melissa \(melissa-password\)/);
      assert.equal(demo.output.err, "");
    } finally {
      await demo.stop();
      await taken?.close();
    }
  });

  test("serves the pages at the given port, even if it is the platform's", async () => {
    const port = (await isFree(3001)) ? 3001 : 7914;
    const demo = await start({}, /Sign in there as .+\n/, "", { port });
    try {
      assert.equal(demo.urls[0], `http://localhost:${port}`);
      assert.equal((await fetch(`${demo.urls[0]}/favicon.ico`)).status, 200);
    } finally {
      await demo.stop();
    }
  });

  test("picks other ports if one is taken after the check", async () => {
    const demo = await start({}, /Sign in there as .+\n/, `
      const { Server } = (await import("node:net")).default;
      const { listen } = Server.prototype;
      let calls = 0;
      // Calls 1 and 2 check the port on both addresses; call 3 listens.
      Server.prototype.listen = function (...args) {
        if (args[0] !== 3000 || (calls += 1) !== 3) return listen.apply(this, args);
        process.nextTick(() => this.emit("error", Object.assign(new Error("taken"), { code: "EADDRINUSE" })));
        return this;
      };
    `);
    try {
      assert.equal((await fetch(`${demo.urls[0]}/favicon.ico`)).status, 200);
    } finally {
      await demo.stop();
    }
  });

  test("uses a real platform if it has a key, and never prints the key", async () => {
    const seen = [];
    const platform = createServer((request, response) => {
      seen.push([request.url, request.headers["x-api-key"]]);
      response.end('{"items":[]}');
    });
    await new Promise((resolve) => platform.listen(0, "127.0.0.1", resolve));
    const baseUrl = `http://127.0.0.1:${platform.address().port}`;
    const demo = await start({ COMPOSIO_API_KEY: "real-key", COMPOSIO_BASE_URL: `${baseUrl}/` }, /with your COMPOSIO_API_KEY\n/);
    try {
      assert.equal((await fetch(`${demo.urls[0]}/api/connect/api/v3/toolkits`)).status, 200);
      assert.deepEqual(seen, [["/api/v3/toolkits?limit=1000", "real-key"]]);
      assert.ok(!`${demo.output.out}${demo.output.err}`.includes("real-key"));
      assert.ok(!demo.output.out.includes("Jessica"));
    } finally {
      await demo.stop();
      platform.closeAllConnections();
      platform.close();
    }
  });
});

suite("listening on localhost", () => {
  test("a port counts as taken if it is in use on IPv4 or on IPv6", async () => {
    const server = await listen(0);
    const port = Number(new URL(server.url).port);
    assert.equal(await isFree(port), false);
    await assert.rejects(listen(port), { code: "EADDRINUSE" });
    assert.equal((await fetch(server.url)).status, 503, "before `serve` is called");
    await server.close();
    assert.equal(await isFree(port), true);
    const ipv6 = createServer();
    const hasIpv6 = await new Promise((resolve) => ipv6.once("error", () => resolve(false)).listen(port, "::1", () => resolve(true)));
    if (hasIpv6) assert.equal(await isFree(port), false);
    ipv6.close();
  });
});
