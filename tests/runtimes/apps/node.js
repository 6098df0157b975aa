import { createServer } from "node:http";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "./options.js";

createServer(toNodeHandler(createGateway(optionsOf(process.env)))).listen(process.env.PORT, "127.0.0.1");
