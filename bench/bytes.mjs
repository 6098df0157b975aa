import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../scripts/lib/paths.mjs";
import { brotli } from "../scripts/size/sizes.mjs";
import { bundle } from "./lib/bundle.mjs";
import { kb, times } from "./lib/numbers.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { PEERS } from "./peers.mjs";

export const title = "Bytes to connect";

export const needs = [];

const WAYS = [
  { name: "connect-flow", files: ["connect_flow.js", "connect_flow_bg.wasm"] },
  { name: "connect-flow, the `.wasm` file not served", files: ["connect_flow.js", "connect_flow_inline.js"] },
  { name: "connect-flow, without WebAssembly", files: ["connect_flow_js.js"] },
];

export async function measure({ folder }) {
  const ours = await weighOurs(folder);
  const peers = [];
  for (const peer of PEERS) peers.push(await weighPeer(peer, folder));
  const [{ total: whole }] = ours;
  const rows = [...ours, ...peers].map(({ name, first, total }) => [name, kb(first), kb(total), times(total / whole)]);
  return {
    text: [
      `Of a small app that connects an account (\`bench/entries\`), bundled, tree-shaken and minified by esbuild, from the entry
that each package publishes for browsers. KB are 1,000 bytes of brotli at level 11; the last column is what an account needs in
all, beside connect-flow.`,
      markdown([["package", "KB at import", "KB in all", "ratio"], ...rows]),
      "What each does of connect-flow's job, which is all of: fields, checks, initiate, redirect or popup, callback, waiting, accounts:",
      markdown([["package", "does", "does not", "loads from elsewhere at run time, uncounted"], ...PEERS.map(describe)]),
      stubs(peers),
    ].join("\n\n"),
    readme: markdown([["to connect an account", "KB at import", "KB in all", "of the job"], ...inShort(ours, peers)]),
  };
}

async function weighOurs(folder) {
  const { files, first } = await bundle("entries/connect-flow.js", { folder });
  const react = await bundle("entries/connect-flow-react.jsx", { folder, external: ["react"] });
  const later = (name) => {
    const file = files.find(({ source }) => source === `dist/${name}`);
    return brotli(file ? file.contents : readFileSync(inRoot("dist", name)));
  };
  const eager = sum(files, first);
  const rows = WAYS.map(({ name, files: names }) => ({ name, first: eager, total: eager + names.map(later).reduce((a, b) => a + b) }));
  const hooks = sum(react.files, react.first);
  return [...rows, { name: "connect-flow/react", first: hooks, total: hooks + rows[0].total - eager }];
}

async function weighPeer({ name, entry, external }, folder) {
  const { files, first, stubbed } = await bundle(`entries/${entry}`, { folder, external });
  const { version } = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"));
  const weight = sum(files, first);
  return { name: `${name} ${version}`, first: weight, total: weight, stubbed };
}

const sum = (files, paths) =>
  paths.map((path) => brotli(files.find((file) => file.path === path).contents)).reduce((a, b) => a + b);

const describe = ({ name, does, not, loads = "nothing" }) => [name, does, not, loads];

function stubs(peers) {
  const lines = peers
    .filter(({ stubbed }) => stubbed.length)
    .map(({ name, stubbed }) => `- ${name} asks for ${stubbed.map((module) => `\`${module}\``).join(", ")}.`);
  return ["Node's own modules, which browsers do not have, are empty modules here and weigh nothing:", ...lines].join("\n");
}

/** For the README: what an app would take in our place. */
function inShort(ours, peers) {
  const job = ["all", "all", "all", "all, as hooks; React not counted"];
  const short = {
    "composio-core": "the requests, a poll",
    "@composio/core": "the requests, a poll",
    "@composio/client": "the requests",
    "@nangohq/frontend": "all, on its own platform; the form comes from its site",
    "@pipedream/sdk": "all, on its own platform; the form comes from its site",
    "@useparagon/connect": "all, on its own platform; React not counted",
    "oidc-client-ts": "OpenID Connect alone",
    oauth4webapi: "OAuth alone",
    "react-plaid-link": "banks; the rest comes from its site; React not counted",
  };
  return [
    ...ours.map(({ name, first, total }, index) => [name, kb(first), kb(total), job[index]]),
    ...peers.map(({ name, first, total }) => [name, kb(first), kb(total), short[name.split(" ")[0]]]),
  ];
}
