import { createClient } from "./node_modules/connect-flow/dist/index.js";
import { createSandbox } from "./node_modules/connect-flow/dist/testing.js";
import { show } from "./flow.js";

const startMs = performance.now();
const startUrl = location.href;
const before = [setTimeout, Date, open, BroadcastChannel, Math.random];
const sandbox = createSandbox();
const options = sandbox.install({ entityId: "Jessica" });
const client = await createClient(options);
const found = {};

/** Runs one attempt. Returns its error code, or its final state. */
async function run(attempt, mode = "popup") {
  sandbox.next(attempt);
  const flow = client.flow({ app: "gmail", mode });
  await flow.load();
  const end = await sandbox.clock.until(flow.submit());
  return end.error?.code ?? end.state;
}

for (const outcome of ["connected", "denied", "failed", "slow", "expired", "never", "offline", "popup_blocked", "popup_closed", "popup_cut_off"]) {
  found[outcome] = await run({ outcome });
}
found.left = await run({ outcome: "connected" }, "redirect");
await sandbox.clock.advance(1_000);
found.callback = new URL(location.href).searchParams.get("status");
found.completed = (await client.completeConnection()).connectionStatus;
found.isBack = location.href === startUrl;
sandbox.dispose();
found.isRestored = [setTimeout, Date, open, BroadcastChannel, Math.random].every((value, index) => value === before[index]);
found.asked = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => !/\.(js|wasm|ico)$/.test(name));
found.isFast = performance.now() - startMs < 30_000;
show(found);
