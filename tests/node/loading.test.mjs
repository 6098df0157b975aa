import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { before, after, suite, test } from "node:test";
import { freshPackage, removeCopies } from "./fresh.mjs";

// In this order: whether the module is loaded is a state of the whole program.
suite("loading", () => {
  const wasm = readFileSync(fileURLToPath(import.meta.resolve("connect-flow/connect_flow_bg.wasm")));
  const served = [];
  const server = createServer((request, response) => {
    served.push(request.url);
    if (request.url === "/good.wasm") response.writeHead(200, { "content-type": "application/wasm" }).end(wasm);
    else if (request.url === "/typeless.wasm") response.writeHead(200, { "content-type": "text/plain" }).end(wasm);
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
  after(() => {
    server.close();
    removeCopies();
  });

  test("importing reads the address of the page, touches nothing else and asks for nothing", async () => {
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
    assert.deepEqual(touched, ["location"]);
    assert.deepEqual(Object.getOwnPropertyNames(globalThis).filter((name) => !globals.includes(name) && !own.has(name)), []);
    assert.deepEqual(Object.keys(module).sort(), ["createClient", "inputAttributes", "isConnectError", "toJsonSchema", "toStandardSchema", "validateParams"]);
  });

  const bad = ["/missing.wasm", "/index.html", "/cut.wasm"];
  test("a file that cannot be had, or is another, is replaced by the script with the same in it", async () => {
    for (const path of bad) {
      const { createClient } = await freshPackage({ without: ["connect_flow_js.js"] });
      assert.deepEqual((await createClient({ baseUrl: "/api", wasmUrl: origin + path })).pending(), []);
    }
    assert.deepEqual(served.splice(0), bad);
    // Node's own `fetch` refuses the address beside the module.
    const { createClient } = await freshPackage({ without: ["connect_flow_js.js"] });
    assert.deepEqual((await createClient({ baseUrl: "/api" })).pending(), []);
  });

  test("a file of another type is taken all the same, and is asked for once", async () => {
    const { createClient } = await freshPackage({ without: ["connect_flow_inline.js", "connect_flow_js.js"] });
    await createClient({ baseUrl: "/api", wasmUrl: `${origin}/typeless.wasm` });
    assert.deepEqual(served.splice(0), ["/typeless.wasm"]);
  });

  test("where WebAssembly is missing or forbidden the JavaScript is loaded, and nothing else asked for", async () => {
    const { WebAssembly } = globalThis;
    // A page's CSP makes the constructor throw. Node's own `fetch` needs the rest of `WebAssembly`.
    const forbidden = class { constructor() { throw new WebAssembly.CompileError("Refused to compile"); } };
    for (const replacement of [undefined, Object.create(WebAssembly, { Module: { value: forbidden } })]) {
      const { createClient, validateParams } = await freshPackage({ without: ["connect_flow.js", "connect_flow_inline.js"] });
      globalThis.WebAssembly = replacement;
      try {
        const client = await createClient({ baseUrl: "/api", wasmUrl: `${origin}/good.wasm` });
        assert.deepEqual(client.pending(), []);
      } finally {
        globalThis.WebAssembly = WebAssembly;
      }
      // Its memory has to grow for the first of these.
      const fields = [{ name: "key", displayName: "Key", type: "string", required: true, secret: false, enum: ["yes"] }];
      const codes = ["é".repeat(3_000_000), "nö", "yes"].map((key) => validateParams(fields, { key }).map(({ code }) => code));
      assert.deepEqual(codes, [["too_long"], ["enum"], []]);
    }
    assert.deepEqual(served, []);
  });

  test("when no way is left a coded error says which were tried and why, and the next call tries again", async () => {
    const { createClient, isConnectError } = await freshPackage({ without: ["connect_flow_inline.js", "connect_flow_js.js"] });
    const reasons = { "/missing.wasm": "Error: HTTP 404", "/index.html": "CompileError: ", "/cut.wasm": "CompileError: " };
    for (const path of bad) {
      await assert.rejects(createClient({ baseUrl: "/api", wasmUrl: origin + path }), (error) => {
        assert.ok(error instanceof Error && isConnectError(error));
        assert.deepEqual([error.name, error.code, error.retryable], ["ConnectError", "load_failed", true]);
        const [what, ...ways] = error.message.split("; ");
        assert.equal(what, "the module could not be loaded");
        assert.deepEqual(ways.map((way) => way.split(": ")[0]), ["file", "inline", "js"]);
        assert.ok(ways[0].startsWith(`file: ${reasons[path]}`), ways[0]);
        assert.doesNotMatch(error.message, /:\/\//);
        assert.deepEqual(error.cause.errors.map((one) => one instanceof Error), [true, true, true]);
        return true;
      });
    }
    await assert.rejects(createClient({ baseUrl: "/api", wasmUrl: new URL("http://127.0.0.1:1/") }), { code: "load_failed" });
    await assert.rejects(createClient(), { code: "load_failed" });
    const boom = new Error("boom");
    const options = { get wasmUrl() { throw boom; } };
    await assert.rejects(createClient(options), ({ cause }) => cause.errors[0] === boom);
    served.length = 0;
    assert.deepEqual((await createClient({ baseUrl: "/api", wasmUrl: `${origin}/good.wasm` })).pending(), []);
    assert.deepEqual(served, ["/good.wasm"]);
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
