import express from "express";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "./options.js";

const app = express();
// Most apps parse JSON for all of their routes.
app.use(express.json());
app.use("/api/connect", toNodeHandler(createGateway(optionsOf(process.env))));
app.listen(process.env.PORT, "127.0.0.1");
