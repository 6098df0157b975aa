// Copies the repository's Markdown pages into the folder of the site. Links to other pages lead to the site, links to other files to GitHub.
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { Stop } from "../lib/stop.mjs";
import { importFrom } from "./from-tools.mjs";
import { allPages, sitePath } from "./navigation.mjs";

export const packageJson = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
export const github = packageJson.repository.url.replace(/^git\+|\.git$/g, "");

/**
 * Writes the pages into a folder, with the pictures that they show.
 * @returns for each page `{ path, title, text }`, with its path in the site.
 */
export async function writePages(folder, tools) {
  const [{ fromMarkdown }, { visit }] = await Promise.all(["mdast-util-from-markdown", "unist-util-visit"].map((name) => importFrom(tools, name)));
  const problems = [];
  const pages = allPages().map(({ file, title }) => {
    const source = readFileSync(inRoot(file), "utf8");
    const tree = fromMarkdown(source);
    const text = rewrite(source, tree, { file, visit, problems });
    const path = sitePath(file);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    return { path, title, text };
  });
  if (problems.length) throw new Stop(problems.join("\n"));
  cpSync(inRoot("docs", "images"), join(folder, "images"), { recursive: true });
  return pages;
}

/** The text of a page with its links as the site needs them, and without comments. */
function rewrite(source, tree, { file, visit, problems }) {
  const edits = [];
  const replace = (node, oldText, newText) => {
    const start = node.position.start.offset + source.slice(node.position.start.offset, node.position.end.offset).lastIndexOf(oldText);
    edits.push({ start, end: start + oldText.length, text: newText });
  };
  const move = (url) => {
    const moved = siteLink(url, file);
    if (!moved) problems.push(`${file} links to ${url}, which does not exist`);
    return moved ?? url;
  };
  visit(tree, ["link", "image", "definition"], (node) => {
    const url = move(node.url);
    if (url !== node.url) replace(node, node.url, url);
  });
  visit(tree, "html", (node) => {
    // Comments are for editors of the page.
    const html = node.value.replace(/<!--.*?-->/gs, "").replace(/\b(href|src|srcset)="([^"]+)"/g, (_, name, url) => `${name}="${move(url)}"`);
    if (html !== node.value) replace(node, node.value, html);
  });
  edits.sort((a, b) => b.start - a.start);
  return edits.reduce((text, { start, end, text: inserted }) => text.slice(0, start) + inserted + text.slice(end), source);
}

/** The link for the site in place of `url` in a Markdown file. Files that are not pages are linked on GitHub. Undefined if the file does not exist. */
export function siteLink(url, file) {
  if (url.startsWith("#") || URL.canParse(url)) return url;
  const [path, hash = ""] = url.split(/(?=#)/);
  const target = posix.join(posix.dirname(file), path).replace(/\/$/, "");
  if (!existsSync(inRoot(target))) return undefined;
  const isInSite = target.startsWith("docs/images/") || allPages().some((page) => page.file === target);
  if (isInSite) return posix.relative(posix.dirname(sitePath(file)), sitePath(target)).replace(/^(?!\.)/, "./") + hash;
  return `${github}/${statSync(inRoot(target)).isDirectory() ? "tree" : "blob"}/main/${target}${hash}`;
}
