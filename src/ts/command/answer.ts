import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { toNodeHandler } from "../server.js";
import type { Sandbox } from "../testing.js";

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** Answers the requests of a server with a sandbox. `answerOwn` answers some paths in its place. */
export function answerer(sandbox: Sandbox, latencyMs: number, answerOwn: (path: string) => Response | undefined): Answer {
  return toNodeHandler<IncomingMessage>(async (request, incoming) => {
    // Without this check, any site could reach the sandbox by a name of its own that points to this machine (DNS rebinding).
    const url = new URL(request.url);
    if (!isLoopback(url)) return new Response("The sandbox answers requests to this machine only.\n", { status: 403 });
    const cors = corsHeaders(request.headers);
    if (request.method === "OPTIONS" && cors) return new Response(null, { status: 204, headers: cors });
    const own = request.method === "GET" ? answerOwn(url.pathname) : undefined;
    if (own) return own;
    try {
      if (latencyMs) await sleep(latencyMs, undefined, { signal: request.signal });
      const response = await sandbox.fetch(request);
      for (const [name, value] of Object.entries(cors ?? {})) response.headers.set(name, value);
      return response;
    } catch (error) {
      // The request was aborted, or a fault breaks the connection.
      const isExpected = request.signal.aborted || ["SANDBOX_DROP", "AbortError"].some((word) => [(error as { code?: string }).code, (error as Error).name].includes(word));
      if (!isExpected) throw error;
      incoming?.socket.destroy();
      return new Response(null, { status: 500 });
    }
  });
}

const isLoopback = ({ hostname }: URL): boolean => /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);

/** The CORS headers for pages of this machine, which need no gateway. Undefined for other origins. */
function corsHeaders(headers: Headers): Record<string, string> | undefined {
  const origin = headers.get("origin") ?? "";
  if (!URL.canParse(origin) || !isLoopback(new URL(origin))) return undefined;
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-headers": headers.get("access-control-request-headers") ?? "*",
    "access-control-allow-methods": "GET, POST, PATCH, DELETE",
    "access-control-expose-headers": "retry-after, x-request-id",
    "access-control-max-age": "600",
    vary: "origin",
  };
}
