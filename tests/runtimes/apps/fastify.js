import fastify from "fastify";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "./options.js";

const app = fastify();
const gateway = toNodeHandler(createGateway(optionsOf(process.env)));
app.register(async (scope) => {
  // The gateway reads bodies itself.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
  scope.all("/api/connect/*", (request, reply) => {
    reply.hijack();
    return gateway(request.raw, reply.raw);
  });
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
