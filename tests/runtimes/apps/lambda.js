// Turns each request into an event of AWS API Gateway, version 1 or 2, and calls the function with it.
import { createServer } from "node:http";
import express from "express";
import serverless from "serverless-http";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "./options.js";

const handlerAt = (basePath) => toNodeHandler(createGateway({ ...optionsOf(process.env), basePath }));
const behindExpress = express().use(express.json()).use("/express/api/connect", handlerAt("/express/api/connect"));
const functions = {
  v1: serverless(handlerAt("/v1/api/connect")),
  v2: serverless(handlerAt("/v2/api/connect")),
  express: serverless(behindExpress),
};

const eventOf = ({ method, headers, url }, body) => {
  const { pathname, searchParams, search } = new URL(url, "http://localhost");
  const sent = body.length ? { body: body.toString("base64"), isBase64Encoded: true } : {};
  if (pathname.startsWith("/v1/")) {
    return {
      version: "1.0", httpMethod: method, path: pathname, headers, queryStringParameters: Object.fromEntries(searchParams), requestContext: {}, ...sent,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    };
  }
  return {
    version: "2.0", routeKey: "$default", rawPath: pathname, rawQueryString: search.slice(1), headers, ...sent,
    requestContext: { http: { method, path: pathname, sourceIp: "127.0.0.1" } },
  };
};

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const handle = functions[request.url.split("/")[1]] ?? functions.v2;
  const { statusCode, headers, body, isBase64Encoded } = await handle(eventOf(request, Buffer.concat(chunks)), {});
  response.writeHead(statusCode, headers).end(Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"));
}).listen(process.env.PORT, "127.0.0.1");
