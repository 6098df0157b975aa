import { Stop } from "../../scripts/lib/stop.mjs";
import { markdown } from "../../scripts/lib/table.mjs";
import { times } from "./numbers.mjs";
import { readSection, readTables } from "../../scripts/lib/sections.mjs";

/** The names of our own rows in the table of sizes. */
const OWN = ["connect-flow", "connect-flow, the `.wasm` file not served", "connect-flow, without WebAssembly", "connect-flow/react"];

/** The platform's own SDK, which a page could use. Several versions may be measured. */
const SDK = "@composio/core";

const FIGURES = { bytes, ready, redirect, "form-work": formWork, accounts, waiting, gateway };

/**
 * The summary of docs/benchmarks.md. It is derived from the other sections only, so that a test can compare the two.
 * @param benchmarks the text of docs/benchmarks.md.
 */
export function summaryOf(benchmarks) {
  const rows = Object.entries(FIGURES).map(([name, figure]) => {
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
  return markdown([["smaller is better", "connect-flow", "alternative", "ratio", "where connect-flow is worse"], ...rows.map(line)]);
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

function redirect(table) {
  const cell = { engine: "chromium", "round trip": "200 ms" };
  const of = (before) => table.filter((row) => matches(row, { ...cell, "asked before": before }));
  const [prepared, unprepared] = [of("the fields"), of("nothing")];
  const own = one(prepared, { with: "connect-flow" });
  const sdks = sdksIn(prepared, "with");
  const faster = prepared.filter((row) => isOther(row) && number(row.median) < number(own.median));
  const list = (rows) => rows.map((row) => `${row.with}: ${row.median}`).join(", ");
  const late = one(unprepared, { with: "connect-flow" });
  const quicker = unprepared.filter((row) => isOther(row) && number(row.median) < number(late.median));
  return {
    what: "ms from a click to the redirect, with the one required round trip of 200 ms",
    own: own.median,
    beside: sdks.map((row) => ({ name: row.with, value: row.median })),
    worse: [
      ...faster.map((row) => `${row.with}: ${row.median}`),
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
    what: "ms of the main thread for a key stroke in a form of 100 fields, a processor of a quarter of the speed",
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
