import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/lib/paths.mjs";

test("a whole run of the tests keeps its time, by the state that it began in", () => {
  const cache = mkdtempSync(join(tmpdir(), "connect-flow-times-"));
  try {
    const script = `
      import { keepTime, keptTimes, stateNow } from "./scripts/test/times.mjs";
      keepTime(stateNow(), Number(process.argv[1]), [["native", "2.0 s"]]);
      console.log(JSON.stringify(Object.entries(keptTimes()).map(([state, { ms }]) => [state, ms])));`;
    const env = { ...process.env, CONNECT_FLOW_CACHE: cache };
    const keep = (ms) => {
      const args = ["--input-type=module", "--eval", script, String(ms)];
      return JSON.parse(spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", env }).stdout);
    };
    assert.deepEqual(keep(3), [["nothing installed", 3]]);
    mkdirSync(join(cache, "connect-flow", "tools"));
    assert.deepEqual(keep(2), [["nothing installed", 3], ["tools, nothing compiled", 2]]);
    mkdirSync(join(cache, "connect-flow", "target"));
    assert.deepEqual(keep(1), [["nothing installed", 3], ["tools, nothing compiled", 2], ["built before", 1]]);
    assert.deepEqual(keep(4).at(-1), ["built before", 4]);
  } finally {
    rmSync(cache, { recursive: true });
  }
});
