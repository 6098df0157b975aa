import { build } from "./build.mjs";
import { main } from "./lib/stop.mjs";

await main(async () => {
  await build();
  // Imports dist/.
  await (await import("../www/host/main.mjs")).main();
});
