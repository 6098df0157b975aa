import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createGateway } from "connect-flow/server";
import { optionsOf } from "./options.js";

const gateway = createGateway(optionsOf(process.env));
const app = new Hono();
app.all("/api/connect/*", (context) => gateway(context.req.raw));
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
