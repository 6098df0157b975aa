import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";

export const readDocument = (file) => readFileSync(inRoot(file), "utf8");

/** Replaces the text between `<!-- name -->` and `<!-- /name -->` of a document. */
export function writeSection(file, name, text) {
  const document = readDocument(file);
  const { start, end } = find(document, name);
  writeFileSync(inRoot(file), `${document.slice(0, start)}\n\n${text}\n\n${document.slice(end)}`);
}

/** The text between these marks. */
export function readSection(document, name) {
  const { start, end } = find(document, name);
  return document.slice(start, end).trim();
}

function find(document, name) {
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [document.indexOf(from), document.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`the document has no section ${name}: expected ${from} and ${to}`);
  return { start: start + from.length, end };
}

/** The tables of a Markdown text, as arrays of rows. A row has its cells by column name. */
export function readTables(text) {
  const cells = (line) => line.slice(1, -1).split("|").map((cell) => cell.trim());
  return (text.match(/(?:^\|.*\n?)+/gm) ?? []).map((block) => {
    const [head, , ...rows] = block.trim().split("\n").map(cells);
    return rows.map((row) => Object.fromEntries(head.map((name, column) => [name, row[column]])));
  });
}
