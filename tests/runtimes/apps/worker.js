import { createGateway } from "connect-flow/server";
import { optionsOf } from "./options.js";

let gateway;

export default {
  fetch: (request, env) => (gateway ??= createGateway(optionsOf(env)))(request, env),
};
