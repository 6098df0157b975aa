import { build } from "./build.mjs";
import { inRoot } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { main } from "./lib/stop.mjs";

/** Every fault at every request; with `--write` what comes of it goes to docs/faults.md. */
await main(async () => {
  await build();
  const isWriting = process.argv.includes("--write");
  const { code, output } = await run(process.execPath, ["--test", "--test-reporter=spec", inRoot("tests", "faults", "matrix.test.mjs")], {
    check: false,
    env: isWriting ? { FAULTS_WRITE: "1" } : {},
    timeoutMs: 10 * 60_000,
    echo: true,
  });
  console.log(output);
  return code;
});
