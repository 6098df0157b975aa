import { bodyParser } from "@koa/bodyparser";
import Koa from "koa";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "./options.js";

const app = new Koa();
const parse = bodyParser({ parsedMethods: ["POST", "PUT", "PATCH", "DELETE"] });
/**
 * `/plain` has no body parser. `/parsed` has one and passes its result on as `req.body`. `/lost` has one and does not pass its
 * result on.
 */
for (const name of ["plain", "parsed", "lost"]) {
  const basePath = `/${name}/api/connect`;
  const handler = toNodeHandler(createGateway({ ...optionsOf(process.env), basePath, onError: () => {} }));
  const matches = (context) => context.path.startsWith(`${basePath}/`);
  if (name !== "plain") app.use((context, next) => (matches(context) ? parse(context, next) : next()));
  app.use(async (context, next) => {
    if (!matches(context)) return next();
    context.respond = false;
    if (name === "parsed") context.req.body = context.request.body;
    await handler(context.req, context.res);
  });
}
app.listen(Number(process.env.PORT), "127.0.0.1");
