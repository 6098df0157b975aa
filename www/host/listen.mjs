import { createServer } from "node:http";

/**
 * Listens on every loopback address, so that `localhost` is this server, whichever address a browser tries first.
 * @param port 0 for any free port.
 * @returns `{ url, serve, close }`. `serve(listener)` sets the listener, which usually needs the URL.
 * @throws `EADDRINUSE` when the port is taken on one of the addresses.
 */
export async function listen(port) {
  for (let attempts = 10; ; attempts -= 1) {
    let listener = (_request, response) => response.writeHead(503).end();
    const serve = (request, response) => listener(request, response);
    const first = await open(serve, port, "127.0.0.1");
    try {
      const second = await open(serve, first.address().port, "::1").catch(ignoreMissing);
      const servers = [first, second].filter(Boolean);
      return {
        url: `http://localhost:${first.address().port}`,
        serve: (given) => { listener = given; },
        close: async () => { await Promise.all(servers.map(close)); },
      };
    } catch (error) {
      await close(first);
      if (port !== 0 || attempts === 0) throw error;
    }
  }
}

/** Whether {@link listen} can use this port now. */
export async function isFree(port) {
  try {
    await (await listen(port)).close();
    return true;
  } catch (error) {
    if (["EADDRINUSE", "EACCES"].includes(error.code)) return false;
    throw error;
  }
}

function open(listener, port, host) {
  const server = createServer(listener);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}

function close(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

/** A machine without IPv6 has one loopback address only. */
function ignoreMissing(error) {
  if (!["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(error.code)) throw error;
}
