// An Express app with a gateway behind each body parser: `/json` behind `express.json()`, and so on.
import { createGateway, toNodeHandler } from "connect-flow/server";
import { optionsOf } from "./options.js";

const { default: express } = await import(process.env.EXPRESS);
const parsers = {
  json: express.json(),
  raw: express.raw({ type: "*/*" }),
  text: express.text({ type: "*/*" }),
  urlencoded: express.urlencoded({ extended: true }),
  two: [express.urlencoded({ extended: true }), express.json()],
};
const app = express();
for (const [name, parser] of Object.entries(parsers)) {
  const basePath = `/${name}/api/connect`;
  app.use(basePath, parser, toNodeHandler(createGateway({ ...optionsOf(process.env), basePath })));
}
app.listen(process.env.PORT, "127.0.0.1");
