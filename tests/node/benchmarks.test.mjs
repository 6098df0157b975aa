import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { suite, test } from "node:test";
import { PEERS } from "../../bench/peers.mjs";
import { summaryOf } from "../../bench/lib/figures.mjs";
import { namesIn, shares } from "../../bench/lib/profile.mjs";
import { readDocument, readSection, readTables } from "../../scripts/lib/sections.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { STAGES } from "../../scripts/test/stages.mjs";

const benchmarks = readDocument("docs/benchmarks.md");

suite("the summary of the benchmarks", () => {
  test("is derived from the sections below it", () => {
    assert.equal(readSection(benchmarks, "summary"), summaryOf(benchmarks), "`npm run bench -- --summary` writes it again");
  });

  test("follows every number that it is made of", () => {
    const [{ "KB in all": kb }] = readTables(readSection(benchmarks, "bytes"))[0];
    assert.match(summaryOf(benchmarks.replaceAll(`| ${kb} |`, "| 13.0 |")), /^\| KB .* \| 13\.0 \|/m);
  });

  test("says where connect-flow is worse, and when it is nowhere", () => {
    const line = (document) => summaryOf(document).split("\n").find((row) => row.startsWith("| requests while"));
    const row = (name, count, after = 1) => `| chromium | ${name} | ${count} | 1 | ${count} | ${count / 100} × | ${count / 100} × | ${after} s |`;
    const section = (popup, after) => `<!-- waiting -->

| engine | with | requests | timers | wake-ups | requests, ratio | wake-ups, ratio | noticed after |
| --- | --- | --: | --: | --: | --: | --: | --: |
${row("connect-flow, `waitUntilActive`", 50, after)}
${row("connect-flow, a flow with its popup", popup)}
${row("@composio/core, `waitForConnection`", 100)}

<!-- /waiting -->`;
    const others = benchmarks.replace(/<!-- waiting -->[^]*<!-- \/waiting -->/, "");
    assert.match(line(others + section(300, 2)), /\| 50 \| @composio\/core: 100 \| 0\.50 × \| connect-flow, a flow with its popup: 300 wake-ups, 3 ×<br>a change found by polling is noticed after 2 s; @composio\/core: 1 s \|$/);
    assert.match(line(others + section(90)), /\| nowhere \|$/);
    assert.throws(() => line(others + section(90).replace("@composio/core", "other")), /has no row with @composio\/core\. `npm run bench -- waiting`/);
  });
});

suite("a profile", () => {
  const frame = (id, functionName, lineNumber = 0) => ({ id, callFrame: { functionName, url: "http://localhost/app/connect_flow.js", lineNumber } });
  const glue = "const imports = {\n        __wbg_parse_1: function() { return handleError(function (arg0) {\n            return JSON.parse(arg0);\n        }, arguments); },\n};";

  test("gives each function's time to the first group that it fits, until the next sample", () => {
    const nodes = [frame(1, "read"), frame(2, "reader::make"), frame(3, "other")];
    const profile = { nodes, samples: [1, 2, 1, 3], timeDeltas: [500, 10, 30, 20] };
    const groups = [["reading", /^read$/], ["making", /make/], ["the rest", /(?:)/]];
    const parts = shares(profile, groups, ({ functionName }) => functionName);
    assert.deepEqual(parts, [{ name: "reading", part: 0.5 }, { name: "making", part: 0.5 }, { name: "the rest", part: 0 }]);
  });

  test("names a function of the glue that has no name after what it stands in", () => {
    const nameOf = namesIn(glue);
    assert.equal(nameOf(frame(1, "", 1).callFrame), "__wbg_parse_1");
    assert.equal(nameOf(frame(1, "decodeText", 1).callFrame), "decodeText");
    assert.equal(nameOf({ ...frame(1, "", 1).callFrame, url: "http://localhost/app/profile.js" }), "");
  });
});

test("`npm test` downloads nothing of what connect-flow is measured beside, but what the demo's own server signs users in with", () => {
  assert.deepEqual(STAGES.filter(({ needs }) => needs.includes("bench-tools")), []);
  const { devDependencies } = JSON.parse(readDocument("package.json"));
  assert.deepEqual(PEERS.filter(({ name }) => name in devDependencies).map(({ name }) => name), ["oauth4webapi"]);
});

test("a part that there is not is refused before anything is done", () => {
  const { status, stdout } = spawnSync(process.execPath, [inRoot("bench", "run.mjs"), "bytes", "speed"], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [1, "\"speed\" is not a part of the benchmarks. The parts are bytes, ready, form, redirect, form-work, accounts, profile, waiting, gateway, build\n"]);
});
