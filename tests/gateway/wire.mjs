import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";

/** A server on loopback: `{ url, port, close }`. */
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

/** Sends bytes as they are, and gives the first answer as it came: `{ status, text }`. */
export async function raw(port, text) {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  const chunks = [];
  for await (const chunk of socket) chunks.push(chunk);
  const answer = Buffer.concat(chunks).toString();
  return { status: Number(answer.match(/^HTTP\/1\.1 (\d+)/)?.[1]), text: answer };
}
