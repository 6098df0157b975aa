import { Stop } from "../../scripts/lib/stop.mjs";
import { markdown } from "../../scripts/lib/table.mjs";
import { times } from "./numbers.mjs";
import { readSection, readTables } from "../../scripts/lib/sections.mjs";

/** The names of our own rows in the table of sizes. */
const OWN = ["connect-flow", "connect-flow, the `.wasm` file not served", "connect-flow, without WebAssembly", "connect-flow/react"];

/** The platform's own SDK, which a page could use. Several versions may be measured. */
const SDK = "@composio/core";

/** Each row: the section that it is derived from, and how. A section that was measured before it had a row's table gives no row. */
const FIGURES = [
  ["bytes", bytes],
  ["ready", ready],
  ["form", form],
  ["redirect", redirect],
  ["form-work", formWork],
  ["accounts", accounts],
  ["waiting", waiting],
  ["waiting", tabs],
  ["gateway", gateway],
  ["build", tests],
  ["build", start],
];

/**
 * The summary of docs/benchmarks.md. It is derived from the other sections only, so that a test can compare the two.
 * @param benchmarks the text of docs/benchmarks.md.
 */
export function summaryOf(benchmarks) {
  const rows = FIGURES.map(([name, figure]) => {
    const tables = readTables(readSection(benchmarks, name));
    try {
      return figure(...tables);
    } catch (error) {
      throw new Stop(`${error.message}. \`npm run bench -- ${name}\` writes it`);
    }
  });
  const line = ({ what, own, beside, worse }) => [
    what,
    own,
    beside.map(({ name, value }) => `${name}: ${value}`).join("<br>"),
    beside.map(({ value }) => times(number(own) / number(value))).join("<br>"),
    worse.join("<br>") || "nowhere",
  ];
  return markdown([["smaller is better", "connect-flow", "alternative or target", "ratio", "where connect-flow is worse"], ...rows.filter(Boolean).map(line)]);
}

function bytes(table) {
  const value = (name) => one(table, { package: name })["KB in all"];
  const own = value("connect-flow");
  const peers = table.filter((row) => !OWN.includes(row.package));
  const lighter = peers.map((row) => row["KB in all"]).filter((kb) => number(kb) < number(own));
  const least = lighter.sort((a, b) => number(a) - number(b))[0];
  return {
    what: "KB that a page downloads to connect an account",
    own,
    beside: sdksIn(table, "package").map((row) => ({ name: row.package, value: row["KB in all"] })),
    worse: lighter.length ? [`${lighter.length} of the ${peers.length} packages below are smaller, the smallest ${least}`] : [],
  };
}

function ready(table) {
  const cell = { engine: "chromium", CPU: "1 ×", cache: "cold" };
  const row = (way, network = "4G") => one(table, { ...cell, network, way });
  const ways = {
    "with an eager file of its own": row("file"),
    "the `.wasm` file not served": row("inline"),
    "without WebAssembly": row("js"),
    "without network delay": row("bundled", "localhost"),
  };
  const bundled = row("bundled");
  return {
    what: "ms from `createClient()` in an app's script to a client, cold cache, 4G",
    own: bundled.ready,
    beside: [{ name: "fetching and compiling the `.wasm` file alone", value: bundled.reference }],
    worse: Object.entries(ways)
      .filter(([, { ratio }]) => number(ratio) > number(bundled.ratio))
      .map(([name, { ratio }]) => `${name}: ${ratio}`),
  };
}

function form(table) {
  const of = (way, CPU = "1 ×") => one(table, { CPU, way });
  const own = of("`useConnectFlow`");
  const needed = ["module alone", "requests alone"].map((way) => of(way).form);
  const target = "1.15 ×";
  const ways = {
    "processor slowed to a quarter": of("`useConnectFlow`", "4 ×").ratio,
    "requests after the module": of("`useConnectFlow`, requests after the module").ratio,
  };
  return {
    what: "ms from an app's script to a form on screen (`useConnectFlow`), cold cache, 4G",
    own: own.form,
    beside: [{ name: "the slower of the module and the requests alone", value: needed.sort((a, b) => number(b) - number(a))[0] }],
    worse: [
      ...(number(own.ratio) > number(target) ? [`target: ${target}`] : []),
      ...Object.entries(ways).filter(([, ratio]) => number(ratio) > number(own.ratio)).map(([name, ratio]) => `${name}: ${ratio}`),
    ],
  };
}

function redirect(table) {
  const cell = { engine: "chromium", "round trip": "200 ms" };
  const of = (before) => table.filter((row) => matches(row, { ...cell, "asked before": before }));
  const [prepared, unprepared] = [of("the fields"), of("nothing")];
  const own = one(prepared, { with: "connect-flow" });
  const sdks = sdksIn(prepared, "with");
  const faster = prepared.filter((row) => isOther(row) && number(row.median) < number(own.median));
  const slower = prepared.filter((row) => !isOther(row) && number(row.median) > number(own.median));
  const list = (rows) => rows.map((row) => `${row.with}: ${row.median}`).join(", ");
  const late = one(unprepared, { with: "connect-flow" });
  const quicker = unprepared.filter((row) => isOther(row) && number(row.median) < number(late.median));
  return {
    what: "ms from a click to the redirect, with the one required round trip of 200 ms",
    own: own.median,
    beside: sdks.map((row) => ({ name: row.with, value: row.median })),
    worse: [
      ...faster.map((row) => `${row.with}: ${row.median}`),
      ...slower.map((row) => `${row.with.replace("connect-flow, ", "")}: ${row.median}`),
      ...(quicker.length ? [`without fields loaded before: ${late.median}; ${list(quicker)}`] : []),
    ],
  };
}

const isOther = (row) => !row.with.startsWith("connect-flow");

function formWork(table) {
  const slow = table.filter((row) => matches(row, { engine: "chromium", CPU: "4 ×", fields: "100" }));
  const own = one(slow, { work: "a key stroke: `validateParams` of the flow's fields" });
  const longer = slow.filter((row) => number(row.median) > number(own.median));
  return {
    what: "ms that one key stroke blocks the page, form of 100 fields, processor slowed to a quarter",
    own: own.median,
    beside: [{ name: "target", value: "2.00" }],
    worse: longer.map((row) => `${row.work}: ${row.median}`),
  };
}

function accounts(table) {
  const list = one(table, { with: "`connectedAccounts.list()`" });
  return {
    what: "requests until the first of 1,200 accounts can be shown",
    own: list["requests until the first page"],
    beside: [{ name: "all pages", value: list.requests }],
    worse: table.filter((row) => !row["requests until the first page"]).map((row) => `${row.with} returns them together`),
  };
}

function gateway(table) {
  const of = (what, server) => one(table, { "what is asked for": what, connections: "32", server })["CPU per request, ms"];
  const [own, app] = ["an account", "an app"].map((what) => of(what, "connect-flow/server"));
  return {
    what: "ms of processor time for an account through the gateway, 32 connections",
    own,
    beside: ["`fetch` by hand", "@fastify/http-proxy"].map((name) => ({ name, value: of("an account", name) })),
    worse: [`an app: ${app}; \`fetch\` by hand: ${of("an app", "`fetch` by hand")}`],
  };
}

function waiting(table) {
  const chromium = table.filter(({ engine }) => engine === "chromium");
  const own = one(chromium, { with: "connect-flow, `waitUntilActive`" });
  const peers = sdksIn(chromium, "with");
  const beside = (key) => peers.map((row) => ({ name: row.with.split(",")[0], value: row[key] }));
  const after = "noticed after";
  const isLater = peers.some((row) => number(row[after]) < number(own[after]));
  const more = chromium.filter((row) => !peers.includes(row) && ["requests, ratio", "wake-ups, ratio"].some((key) => number(row[key]) > 1));
  return {
    what: "requests while a user is at the provider for 9.5 minutes",
    own: own.requests,
    beside: beside("requests"),
    worse: [
      ...more.map((row) => `${row.with}: ${row["wake-ups"]} wake-ups, ${row["wake-ups, ratio"]}`),
      ...(isLater ? [`a change found by polling is noticed after ${own[after]}; ${beside(after).map(({ name, value }) => `${name}: ${value}`).join(", ")}`] : []),
    ],
  };
}

function tabs(_, table) {
  if (!table) return undefined;
  const chromium = table.filter(({ engine }) => engine === "chromium");
  const of = (name) => one(chromium, { tabs: name });
  const own = of("3 tabs");
  const more = chromium.filter((row) => row.tabs.startsWith("3 ") && number(row.ratio) > number(own.ratio));
  return {
    what: "requests of 3 tabs that wait for the same account for 9.5 minutes",
    own: own.requests,
    beside: [{ name: "1 tab", value: of("1 tab").requests }],
    worse: more.map((row) => `${row.tabs.replace("3 tabs, ", "")}: ${row.ratio}`),
  };
}

function tests(_, table) {
  return commandTime("npm test", table, { "a fresh clone": 420, "nothing installed": 900 });
}

function start(table) {
  return commandTime("npm start", table, { "a fresh clone": 25, "nothing installed": 180 });
}

/** The time of a command in a clone, with caches and without, compared with these targets in seconds. */
function commandTime(command, table, targets) {
  const of = (state) => table?.find((row) => row[`\`${command}\` from`] === state)?.time;
  const [[usual, target], [bare, bareTarget]] = Object.entries(targets);
  const [own, late] = [of(usual), of(bare)];
  if (!own) return undefined;
  return {
    what: `seconds of \`${command}\` in ${usual}, with caches`,
    own: String(number(own)),
    beside: [{ name: "target", value: String(target) }],
    worse: [
      ...(late ? [`${bare}: ${number(late)}; target: ${bareTarget}`] : []),
      ...(number(own) > target || number(late ?? "0") > bareTarget ? ["[why](#why-targets-are-missed)"] : []),
    ],
  };
}

const number = (cell) => Number.parseFloat(cell.replaceAll(",", ""));

const matches = (row, expected) => Object.entries(expected).every(([key, value]) => row[key] === value);

function sdksIn(table, key) {
  const rows = table.filter((row) => row[key].startsWith(SDK));
  required(rows[0], { [key]: SDK });
  return rows;
}

const one = (table, expected) => required(table.find((row) => matches(row, expected)), expected);

function required(row, expected) {
  if (!row) throw new Error(`docs/benchmarks.md has no row with ${Object.values(expected).join(", ")}`);
  return row;
}
