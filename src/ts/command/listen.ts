import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "./failure.js";
import { usualPort } from "./help.js";

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server on the loopback address. */
export interface Listening {
  /** Its origin. An address, because `localhost` may be another program's over IPv6. */
  readonly url: string;
  serve(listener: Listener): void;
  /** Frees the port and ends all connections. */
  close(): void;
}

/** Listens on the given port. By default on the usual one, or on a free one if it is taken. @throws {Failure} if the given port cannot be used. */
export async function listen(port: number | undefined): Promise<Listening> {
  if (port !== undefined) return open(port).catch((error: NodeJS.ErrnoException) => { throw unusable(port, error); });
  return open(usualPort).catch(() => open(0));
}

function open(port: number): Promise<Listening> {
  let listener: Listener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  const listening: Omit<Listening, "url"> = {
    serve: (given) => { listener = given; },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve({ ...listening, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).origin }));
  });
}

function unusable(port: number, { code, message }: NodeJS.ErrnoException): Failure {
  if (code === "EADDRINUSE") return new Failure(`port ${port} is taken by another program. Choose another \`--port\`, or leave it out for a free one.`, 1);
  if (code === "EACCES") return new Failure(`port ${port} needs the rights of an administrator. Choose a \`--port\` of 1024 or above.`, 1);
  return new Failure(`cannot listen on port ${port}: ${message}.`, 1);
}
