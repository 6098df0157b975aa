import { allPages, HOME, navigation, sitePath } from "./navigation.mjs";

/** The site's `llms.txt` (llmstxt.org): every page of the navigation, with a link to its Markdown and its description. */
export function llmsText({ name, description }) {
  const item = (file) => {
    const page = allPages().find((each) => each.file === file);
    return `- [${page.title}](${sitePath(file)}): ${page.description}`;
  };
  const groups = navigation.map((group) => `## ${group.title}\n\n${group.pages.map(([file]) => item(file)).join("\n")}\n`);
  const reference = "## API reference\n\n- [TypeScript](api/index.md): Every function and type of the package.\n";
  return [`# ${name}\n\n> ${description}\n\n${item(HOME)}\n`, ...groups, reference].join("\n");
}
