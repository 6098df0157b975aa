import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "../../../options.js";

let handler;

// Next.js has already parsed the body.
export default (request, response) => {
  handler ??= toNodeHandler(createGateway({ ...optionsOf(process.env), basePath: "/api/pages" }));
  return handler(request, response);
};
