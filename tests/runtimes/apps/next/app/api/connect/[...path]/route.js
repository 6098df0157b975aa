import { createGateway } from "connect-flow/server";
import { optionsOf } from "../../../../options.js";

let gateway;
// Created at the first request, because the build has no key.
const handler = (request) => (gateway ??= createGateway(optionsOf(process.env)))(request);

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST };
