import { HOME, navigation, sitePath } from "./navigation.mjs";

/** The site's `llms.txt` (llmstxt.org): every page of the navigation, with a link to its Markdown and its first sentence. */
export function llmsText({ name, description, pages }) {
  const item = (file) => {
    const { path, title, summary } = pages.find((page) => page.path === sitePath(file));
    return `- [${title}](${path}): ${summary}`;
  };
  const groups = navigation.map((group) => `## ${group.title}\n\n${group.pages.map(([file]) => item(file)).join("\n")}\n`);
  const reference = "## API reference\n\n- [TypeScript](api/index.md): Every function and type of the package.\n";
  return [`# ${name}\n\n> ${description}\n\n${item(HOME)}\n`, ...groups, reference].join("\n");
}
