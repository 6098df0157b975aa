import { readFileSync } from "node:fs";
import { inRoot } from "../scripts/lib/paths.mjs";
import { brotli } from "../scripts/size/sizes.mjs";
import { bundle } from "./lib/bundle.mjs";
import { kb, times } from "./lib/numbers.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { PEERS, titleOf } from "./peers.mjs";

export const title = "Bytes to connect";

export const needs = [];

const WAYS = [
  { name: "connect-flow", files: ["connect_flow.js", "connect_flow_bg.wasm"] },
  { name: "connect-flow, the `.wasm` file not served", files: ["connect_flow.js", "connect_flow_inline.js"] },
  { name: "connect-flow, without WebAssembly", files: ["connect_flow_js.js"] },
];

export async function measure({ note, folder }) {
  note("connect-flow");
  const ours = await weighOurs(folder);
  const peers = [];
  for (const peer of PEERS) {
    note(peer.name);
    peers.push(await weighPeer(peer, folder));
  }
  const [{ total: whole }] = ours;
  const rows = [...ours, ...peers].map(({ name, first, total }) => [name, kb(first), kb(total), times(whole / total)]);
  return {
    text: [
      `A small app that connects an account (\`bench/entries\`) is bundled, tree-shaken and minified by esbuild, from the entry that each package publishes
for browsers. A KB is 1,000 bytes of brotli, level 11.

- *At import*: the download of an import alone.
- *In all*: the download to connect an account.
- *Ratio*: connect-flow divided by the package.`,
      markdown([["package", "KB at import", "KB in all", "ratio"], ...rows]),
      "[Sizes](sizes.md) compares each file with its target, and says what takes the space.",
      "connect-flow covers fields, validation, initiate, redirect or popup, callback, waiting and accounts. The packages cover a part of that, or another job:",
      markdown([["package", "does", "does not", "loads from elsewhere at run time, uncounted"], ...PEERS.map(describe)]),
      stubs(peers),
    ].join("\n\n"),
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
  const weight = sum(files, first);
  return { name: titleOf(name), first: weight, total: weight, stubbed };
}

const sum = (files, paths) =>
  paths.map((path) => brotli(files.find((file) => file.path === path).contents)).reduce((a, b) => a + b);

const describe = ({ name, does, not, loads = "nothing" }) => [titleOf(name), does, not, loads];

function stubs(peers) {
  const lines = peers
    .filter(({ stubbed }) => stubbed.length)
    .map(({ name, stubbed }) => `- ${name} imports ${stubbed.map((module) => `\`${module}\``).join(", ")}.`);
  return ["Modules of Node, which browsers do not have, are replaced by empty ones and count as nothing:", ...lines].join("\n");
}
