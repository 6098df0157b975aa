import { createGateway } from "connect-flow/server";
import { optionsOf } from "./options.js";

const gateway = createGateway(optionsOf(Deno.env.toObject()));
Deno.serve({ port: Number(Deno.env.get("PORT")), hostname: "127.0.0.1" }, (request) => gateway(request));
