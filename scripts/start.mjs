import { isFree } from "../www/host/listen.mjs";
import { build } from "./build.mjs";
import { main, readArgs, readPort, Stop } from "./lib/stop.mjs";

const USAGE = `npm start                  serves the demo at http://localhost:3000, or at a free port where 3000 is taken
npm start -- --port 8080   serves it at http://localhost:8080`;

await main(async () => {
  const { values } = readArgs({ port: { type: "string" } });
  if (values.help) return void console.log(USAGE);
  const port = values.port && readPort(values.port);
  if (port && !(await isFree(port))) throw new Stop(`Port ${port} is taken. Leave --port out for a free one`);
  await build({ quick: true });
  // Imports dist/.
  await (await import("../www/host/main.mjs")).main({ port });
});
