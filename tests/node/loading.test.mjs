import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { before, after, suite, test } from "node:test";

// In this order: whether the module is loaded is a state of the whole program.
suite("loading", () => {
  const wasm = readFileSync(fileURLToPath(import.meta.resolve("connect-flow/connect_flow_bg.wasm")));
  const served = [];
  const server = createServer((request, response) => {
    served.push(request.url);
    if (request.url === "/good.wasm") response.writeHead(200, { "content-type": "application/wasm" }).end(wasm);
    else if (request.url === "/index.html") response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
    else if (request.url === "/cut.wasm") response.writeHead(200, { "content-type": "application/wasm" }).end(wasm.subarray(0, 1000));
    else response.writeHead(404).end("not found");
  });
  let origin;
  let module;
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    origin = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  test("importing touches nothing of the page and asks for nothing", async () => {
    const touched = [];
    const names = ["fetch", "window", "document", "location", "history", "localStorage", "sessionStorage", "navigator", "WebAssembly"];
    const own = new Map(names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
    for (const name of names) {
      const value = globalThis[name];
      Object.defineProperty(globalThis, name, { configurable: true, get: () => (touched.push(name), value) });
    }
    const globals = Object.getOwnPropertyNames(globalThis);
    try {
      module = await import("connect-flow");
      await import("connect-flow/testing");
    } finally {
      for (const [name, descriptor] of own) {
        if (descriptor) Object.defineProperty(globalThis, name, descriptor);
        else delete globalThis[name];
      }
    }
    assert.deepEqual(touched, []);
    assert.deepEqual(Object.getOwnPropertyNames(globalThis).filter((name) => !globals.includes(name) && !own.has(name)), []);
    assert.deepEqual(Object.keys(module).sort(), ["createClient", "inputAttributes", "isConnectError", "toJsonSchema", "toStandardSchema", "validateParams"]);
  });

  const bad = ["/missing.wasm", "/index.html", "/cut.wasm"];
  test("a module that cannot be had is a coded error, and the next call loads again", async () => {
    const { createClient, isConnectError } = module;
    for (const path of bad) {
      await assert.rejects(createClient({ baseUrl: "/api", wasmUrl: origin + path }), (error) => {
        assert.ok(error instanceof Error && isConnectError(error));
        assert.deepEqual([error.name, error.code, error.retryable], ["ConnectError", "load_failed", true]);
        assert.ok(error.cause instanceof Error, String(error.cause));
        return true;
      });
    }
    assert.deepEqual(served, bad);
    // Node's own `fetch` refuses the address beside the module.
    await assert.rejects(createClient({ baseUrl: "/api" }), { code: "load_failed" });
    await assert.rejects(createClient({ baseUrl: "/api", wasmUrl: new URL("http://127.0.0.1:1/") }), { code: "load_failed" });
  });

  test("other arguments are not looked at before the module is there", async () => {
    await assert.rejects(module.createClient({ wasmUrl: `${origin}/missing.wasm` }), { code: "load_failed" });
    await assert.rejects(module.createClient(), { code: "load_failed" });
    const boom = new Error("boom");
    const options = Object.defineProperty({}, "wasmUrl", { get() { throw boom; } });
    await assert.rejects(module.createClient(options), { name: "ConnectError", code: "load_failed", cause: boom });
  });

  test("calls side by side load once, and so do all later ones", async () => {
    served.length = 0;
    const options = { baseUrl: "/api", wasmUrl: new URL("/good.wasm", origin) };
    const clients = await Promise.all([module.createClient(options), module.createClient(options)]);
    clients.push(await module.createClient({ baseUrl: "/api" }));
    assert.deepEqual(served, ["/good.wasm"]);
    for (const client of clients) assert.deepEqual(client.pending(), []);
    assert.notEqual(clients[0], clients[1]);
  });

  test("a client that is made asks for nothing", async () => {
    const asked = [];
    await module.createClient({ baseUrl: "/api", fetch: (request) => asked.push(request), headers: () => asked.push("headers") });
    assert.deepEqual([asked, served], [[], ["/good.wasm"]]);
  });
});
