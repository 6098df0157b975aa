import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { importFrom } from "./from-tools.mjs";

/**
 * Follows every link of a built site that leads to the site itself, anchors included. No library: those that were tried check an anchor only if
 * they read the link before the page.
 * @param base the path that the site was built for.
 * @returns a line for each dead link, with the first page that has it.
 */
export async function deadLinks({ folder, base, tools }) {
  const { Parser } = await importFrom(tools, "htmlparser2");
  const files = new Set(readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).split(sep).join("/")));
  const origin = "https://site.test";
  const pages = new Map([...files].filter((file) => file.endsWith(".html")).map((file) => [file, readPage(Parser, join(folder, file))]));
  const dead = new Map();
  for (const [file, { links }] of pages) {
    for (const link of links) {
      const { href } = new URL(link, origin + base + file);
      const problem = dead.has(href) ? undefined : problemOf(link, file);
      if (problem) dead.set(href, `${file}: ${problem}`);
    }
  }
  return [...dead.values()];

  function problemOf(link, file) {
    const url = new URL(link, origin + base + file);
    if (url.origin !== origin) return undefined;
    if (!url.pathname.startsWith(base)) return `${link} leads out of the site`;
    const path = decodeURIComponent(url.pathname.slice(base.length)).replace(/(^|\/)$/, "$1index.html");
    if (!files.has(path)) return `${link} leads to ${path}, which does not exist`;
    // rustdoc checks its own anchors, and some appear by its script.
    if (!url.hash || !pages.has(path) || [file, path].every((page) => page.startsWith("rust/"))) return undefined;
    const anchor = url.hash.slice(1);
    // As browsers do: rustdoc's ids contain escapes.
    const isThere = [anchor, decodeURIComponent(anchor)].some((id) => pages.get(path).anchors.has(id));
    if (!isThere) return `${link} leads to an anchor that ${path} does not have`;
  }
}

/** The links of an HTML file, and the anchors in it. */
function readPage(Parser, file) {
  const [links, anchors] = [new Set(), new Set()];
  const parser = new Parser({
    onopentag(name, { id, href, src }) {
      if (id) anchors.add(id);
      if (href && name !== "base") links.add(href);
      if (src) links.add(src);
    },
  });
  parser.end(readFileSync(file, "utf8"));
  return { links, anchors };
}
