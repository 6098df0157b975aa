import { createGateway } from "connect-flow/server";
import { optionsOf } from "./options.js";

const gateway = createGateway(optionsOf(process.env));
Bun.serve({ port: process.env.PORT, hostname: "127.0.0.1", fetch: (request) => gateway(request) });
