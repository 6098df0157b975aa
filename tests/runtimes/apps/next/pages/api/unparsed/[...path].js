import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "../../../options.js";

let handler;

export default (request, response) => {
  handler ??= toNodeHandler(createGateway({ ...optionsOf(process.env), basePath: "/api/unparsed" }));
  return handler(request, response);
};

export const config = { api: { bodyParser: false } };
