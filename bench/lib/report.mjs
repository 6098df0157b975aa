import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../../scripts/lib/paths.mjs";

/** Puts text between `<!-- name -->` and `<!-- /name -->` of a document. */
export function writeSection(file, name, text) {
  const path = inRoot(file);
  const document = readFileSync(path, "utf8");
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [document.indexOf(from), document.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`${file} has no place for ${name}: ${from} and ${to}`);
  writeFileSync(path, `${document.slice(0, start + from.length)}\n\n${text}\n\n${document.slice(end)}`);
}
