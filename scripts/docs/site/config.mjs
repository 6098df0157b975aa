// The configuration of VitePress, in `.vitepress` of the folder that `site.mjs` fills. `site.json` there has what depends on the repository.
import { readFileSync } from "node:fs";
import GithubSlugger from "github-slugger";
import { defineConfig } from "vitepress";

const { name, description, base, github, version, nav, sidebar } = JSON.parse(readFileSync(new URL("site.json", import.meta.url), "utf8"));

export default defineConfig({
  title: name,
  description,
  lang: "en",
  srcExclude: ["public/**"],
  // Pages show no times, so that the same sources make the same site.
  lastUpdated: false,
  // VitePress need not check links: the site's own check also covers anchors.
  ignoreDeadLinks: true,
  markdown: {
    // The anchors of GitHub, so that a link works in both places. The default slugger numbers repeated headings itself.
    anchor: { slugify: (text) => new GithubSlugger().slug(text) },
    // rustdoc's attributes, as in `rust,no_run`, are not part of the language.
    config: (md) => md.core.ruler.push("language", ({ tokens }) => {
      for (const token of tokens) if (token.type === "fence") token.info = token.info.replace(/,\S*/, "");
    }),
  },
  base,
  head: [["link", { rel: "icon", href: `${base}favicon.svg` }]],
  transformHead: ({ pageData }) =>
    pageData.isNotFound || pageData.frontmatter.layout === "page" ? [] : [["link", { rel: "alternate", type: "text/markdown", href: pageData.relativePath.split("/").at(-1) }]],
  themeConfig: {
    // For the playground.
    github,
    logo: "/favicon.svg",
    nav,
    sidebar,
    outline: [2, 3],
    search: { provider: "local", options: { detailedView: true } },
    socialLinks: [{ icon: "github", link: github }],
    footer: { message: `Version ${version}, released under the MIT License.` },
    externalLinkIcon: true,
  },
});
