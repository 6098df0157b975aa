// Builds the site from the repository's pages, the references of both languages and the playground.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { entries } from "../build/js.mjs";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { Stop } from "../lib/stop.mjs";
import { llmsText } from "./llms.mjs";
import { navigation, navigationProblems, sitePath } from "./navigation.mjs";
import { github, packageJson, writePages } from "./pages.mjs";

const PLAYGROUND = `---
layout: page
title: Playground
sidebar: false
---

<Playground />
`;

/**
 * Builds the site into the folder `out`.
 * @param base the path that the site is served at.
 * @param tools the folder of the docs tools.
 * @param references `{ typescript, rust }`, functions that write a reference to a folder.
 */
export async function buildSite({ out, base, tools, references, note }) {
  const problems = navigationProblems();
  if (problems.length) throw new Stop(problems.join("\n"));
  mkdirSync(join(tools, "runs"), { recursive: true });
  // Below the tools, so that the configuration and the theme find VitePress.
  const work = mkdtempSync(join(tools, "runs", "site-"));
  const files = join(work, "public");
  try {
    await Promise.all([references.typescript(join(work, "api")), references.rust(join(files, "rust"))]);
    const pages = await writePages(work, tools);
    const markdown = readdirSync(work, { recursive: true }).map((file) => file.split(sep).join("/")).filter((file) => /^(?!public\/).*\.md$/.test(file));
    for (const file of markdown) copy(join(work, file), join(files, file));
    writeFileSync(join(files, "llms.txt"), llmsText({ name: packageJson.name, description: packageJson.description }));
    cpSync(inRoot("www", "vanilla", "favicon.svg"), join(files, "favicon.svg"));
    copyPlayground(join(files, "playground"));
    mkdirSync(join(work, "playground"));
    writeFileSync(join(work, "playground", "index.md"), PLAYGROUND);
    writeFileSync(join(work, "index.md"), homePage(pages[0].text));
    const settings = join(work, ".vitepress");
    cpSync(inRoot("scripts", "docs", "site"), settings, { recursive: true });
    writeFileSync(join(settings, "site.json"), JSON.stringify(siteSettings(markdown, base)));
    const vitepress = join(tools, "node_modules", "vitepress", "bin", "vitepress.js");
    await run(process.execPath, [vitepress, "build", work, "--outDir", out], { note, cwd: work });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** The package as npm ships it, beside the playground's own files. */
function copyPlayground(folder) {
  cpSync(inRoot("scripts", "docs", "playground"), folder, { recursive: true });
  const scripts = packageJson.files.filter((file) => /\/(index|testing|connect_flow\w*)\.(js|wasm)$/.test(file));
  for (const file of scripts) copy(inRoot(file), join(folder, "package", posix.basename(file)));
}

/** The README below a banner, which replaces its heading. */
function homePage(text) {
  const banner = {
    layout: "home",
    hero: {
      name: packageJson.name,
      tagline: packageJson.description,
      actions: [
        { theme: "brand", text: "First connection", link: "/guides/first-connection" },
        { theme: "alt", text: "Playground", link: "/playground/" },
      ],
    },
  };
  return `---\n${JSON.stringify(banner)}\n---\n\n${text.replace(/^# .*\n/, "")}`;
}

function siteSettings(markdown, base) {
  const link = (path) => `/${path.replace(/(index)?\.md$/, "")}`;
  const groups = navigation.map(({ title, pages }) => ({ text: title, items: pages.map(([file, text]) => ({ text, link: link(sitePath(file)) })) }));
  const references = [
    { text: "TypeScript", link: "/api/" },
    { text: "Rust", link: "/rust/connect_flow/index.html", target: "_self" },
  ];
  return {
    name: packageJson.name,
    description: packageJson.description,
    version: packageJson.version,
    github,
    base,
    nav: [
      { text: "Guides", link: groups[0].items[0].link, activeMatch: "^/guides/" },
      { text: "API", items: references, activeMatch: "^/api/" },
      { text: "Playground", link: "/playground/" },
    ],
    sidebar: { "/api/": apiSidebar(markdown), "/": [...groups, { text: "API reference", items: references }] },
  };
}

/** A group for each entry of the package, with its functions first. */
function apiSidebar(markdown) {
  return entries().map(({ name }) => {
    const module = name === "index" ? packageJson.name : `${packageJson.name}/${name}`;
    const items = ["functions", "interfaces", "type-aliases"].flatMap((kind) => {
      const folder = `api/${module}/${kind}`;
      const names = markdown.filter((file) => posix.dirname(file) === folder).map((file) => posix.basename(file, ".md"));
      return names.sort().map((text) => ({ text: kind === "functions" ? `${text}()` : text, link: `/${folder}/${text}` }));
    });
    return { text: module, link: `/api/${module}/`, collapsed: name !== "index", items };
  });
}
