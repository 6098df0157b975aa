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

suite("a row of the summary", () => {
  /** The summary with another section. */
  const summary = (name, ...tables) => {
    const table = ([head, ...rows]) => [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
    const section = `<!-- ${name} -->\n\n${tables.map(table).join("\n\n")}\n\n<!-- /${name} -->`;
    return summaryOf(benchmarks.replace(new RegExp(`<!-- ${name} -->[^]*<!-- /${name} -->`), section)).split("\n");
  };
  const line = (lines, start) => lines.find((row) => row.startsWith(`| ${start}`))?.split(" | ").slice(1).join(" | ");

  test("compares the form with the slower of what it needs, and names the target if it is missed", () => {
    const form = (own, slow) => line(summary("form", [
      ["CPU", "way", "form", "ratio"],
      ["1 ×", "module alone", 100, "1.0 ×"], ["1 ×", "requests alone", 200, "2.0 ×"],
      ["1 ×", "`useConnectFlow`, requests after the module", 300, "1.5 ×"], ["1 ×", "`useConnectFlow`", own, `${own / 200} ×`],
      ["4 ×", "`useConnectFlow`", slow, `${slow / 200} ×`],
    ]), "ms from an app's script");
    assert.equal(form(220, 300), "220 | the slower of the module and the requests alone: 200 | 1.1 × | processor slowed to a quarter: 1.5 ×<br>requests after the module: 1.5 × |");
    assert.equal(form(260, 250), "260 | the slower of the module and the requests alone: 200 | 1.3 × | target: 1.15 ×<br>requests after the module: 1.5 × |");
  });

  test("compares three tabs with one, and names the ways that send more", () => {
    const waiting = readTables(readSection(benchmarks, "waiting"))[0];
    const rows = [Object.keys(waiting[0]), ...waiting.map(Object.values)];
    const tabs = [
      ["engine", "tabs", "requests", "ratio"],
      ["chromium", "1 tab", 100, "1.0 ×"], ["chromium", "3 tabs", 110, "1.1 ×"], ["chromium", "3 tabs, without Web Locks", 110, "1.1 ×"],
      ["chromium", "3 hidden tabs", 60, "1.2 ×"], ["firefox", "3 tabs", 900, "9.0 ×"],
    ];
    assert.equal(line(summary("waiting", rows, tabs), "requests of 3 tabs"), "110 | 1 tab: 100 | 1.1 × | 3 hidden tabs: 1.2 × |");
  });

  test("names a first click that comes before the page was idle", () => {
    const click = (before, subject, median) => ["chromium", "200 ms", before, subject, median];
    const row = line(summary("redirect", [
      ["engine", "round trip", "asked before", "with", "median"],
      ...["nothing", "the fields"].flatMap((before) => [
        click(before, "by hand", 250), click(before, "connect-flow", 210), click(before, "connect-flow, before the page was idle", 214), click(before, "@composio/core", 420),
      ]),
    ]), "ms from a click");
    assert.equal(row, "210 | @composio/core: 420 | 0.50 × | before the page was idle: 214 |");
  });

  test("compares the commands with their targets, and links the reason if one is missed", () => {
    const commands = (fresh, bare) => {
      const lines = summary("build", [["`npm start` from", "time"], ["a fresh clone", fresh]], [["`npm test` from", "time"], ["nothing installed", bare], ["a fresh clone", "400 s"]]);
      return ["seconds of `npm start`", "seconds of `npm test`"].map((start) => line(lines, start));
    };
    assert.deepEqual(commands("20 s", "900 s"), ["20 | target: 25 | 0.80 × | nowhere |", "400 | target: 420 | 0.95 × | nothing installed: 900; target: 900 |"]);
    assert.deepEqual(commands("50 s", "950 s"), [
      "50 | target: 25 | 2.0 × | [why](#why-targets-are-missed) |",
      "400 | target: 420 | 0.95 × | nothing installed: 950; target: 900<br>[why](#why-targets-are-missed) |",
    ]);
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
