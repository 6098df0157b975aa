import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";

/** Starts an HTTP server on loopback. */
export async function serve(listener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Sends `text` over a TCP connection and reads until the server closes it. `status` is that of the first response. */
export async function sendRaw(port, text) {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  const chunks = [];
  for await (const chunk of socket) chunks.push(chunk);
  const received = Buffer.concat(chunks).toString();
  return { status: Number(received.match(/^HTTP\/1\.1 (\d+)/)?.[1]), text: received };
}
