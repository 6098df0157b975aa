import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { inRoot } from "./lib/paths.mjs";
import { main, Stop } from "./lib/stop.mjs";

await main(async () => {
  await build();
  const host = inRoot("www", "host", "main.mjs");
  if (!existsSync(host)) throw new Stop("There is no demo yet: www/host/main.mjs is missing.");
  await (await import(pathToFileURL(host))).main();
});
