// A server of the module's file and of a platform, for tests of requests that leave before the module has arrived.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { createSandbox } from "connect-flow/testing";

const wasm = readFileSync(fileURLToPath(import.meta.resolve("connect-flow/connect_flow_bg.wasm")));

/**
 * Serves the module at `/held.wasm` and a sandbox below `/api`.
 * @returns
 * - `url`: the server's origin.
 * - `asked`: every request to the platform as `{ line, headers }`, with `METHOD path?query` as `line`.
 * - `until(count)`: waits for so many of them.
 * - `hold(until)`: keeps the module back until a promise resolves.
 * - `answer`: set it to a function of the line that writes another answer and returns true.
 */
export async function openHeldServer() {
  const sandbox = createSandbox({ apiKey: "key" });
  const waiting = new Set();
  const state = { asked: [], answer: undefined };
  let held;
  const server = createServer(async (request, response) => {
    if (request.url === "/held.wasm") {
      await held;
      return void response.writeHead(200, { "content-type": "application/wasm" }).end(wasm);
    }
    const line = `${request.method} ${request.url}`;
    state.asked.push({ line, headers: request.headers });
    for (const check of waiting) check();
    if (state.answer?.(line, response)) return;
    const answered = await sandbox.fetch(new Request(`https://platform.test${request.url.replace("/api", "")}`, { method: request.method, headers: { "x-api-key": "key" } }));
    response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(Buffer.from(await answered.arrayBuffer()));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.address().port}`,
    lines: () => state.asked.map(({ line }) => line).sort(),
    until: (count) => new Promise((resolve) => {
      const check = () => state.asked.length >= count && (waiting.delete(check), resolve());
      waiting.add(check);
      check();
    }),
    hold: (until) => void (held = until),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}
