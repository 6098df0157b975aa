// The pages of the site, in the order of its navigation. A page is a Markdown file of the repository with its title in the navigation.
import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { inRoot } from "../lib/paths.mjs";

export const HOME = "README.md";

export const navigation = [
  {
    title: "Start",
    pages: [
      ["docs/guides/first-connection.md", "First connection"],
      ["docs/guides/sandbox.md", "Sandbox"],
      ["docs/overview.md", "All pages"],
      ["docs/demo.md", "Demo"],
    ],
  },
  {
    title: "Guides",
    pages: [
      ["docs/guides/redirect.md", "Redirect"],
      ["docs/guides/popup.md", "Popup"],
      ["docs/guides/api-key-form.md", "API key form"],
      ["docs/guides/accounts.md", "Accounts"],
      ["docs/guides/gateway.md", "Gateway"],
      ["docs/guides/testing.md", "Testing"],
      ["docs/guides/csp.md", "Content Security Policy"],
      ["docs/guides/loading.md", "Loading"],
      ["docs/frames-shells-extensions.md", "Frames, shells and extensions"],
    ],
  },
  {
    title: "When something fails",
    pages: [
      ["docs/errors.md", "Errors"],
      ["docs/troubleshooting.md", "Troubleshooting"],
    ],
  },
  {
    title: "Frameworks",
    pages: [
      ["docs/guides/react.md", "React"],
      ["docs/guides/nextjs.md", "Next.js"],
      ["docs/guides/vue.md", "Vue"],
      ["docs/guides/svelte.md", "Svelte"],
      ["docs/guides/solid.md", "Solid"],
      ["docs/guides/angular.md", "Angular"],
      ["docs/guides/script-tag.md", "Script tag"],
      ["docs/guides/rust.md", "Rust"],
    ],
  },
  {
    title: "Migration",
    pages: [
      ["docs/guides/from-hand-written-popups.md", "From hand-written popups"],
      ["docs/guides/from-composio-core.md", "From @composio/core"],
    ],
  },
  {
    title: "Background",
    pages: [
      ["docs/protocol.md", "Protocol"],
      ["SECURITY.md", "Security"],
      ["docs/secrets.md", "Secrets"],
      ["docs/faults.md", "Faults"],
      ["docs/sizes.md", "Sizes"],
      ["docs/benchmarks.md", "Benchmarks"],
    ],
  },
  {
    title: "Project",
    pages: [
      ["CHANGELOG.md", "Changelog"],
      ["ARCHITECTURE.md", "Architecture"],
      ["CONTRIBUTING.md", "Contributing"],
      ["docs/fuzzing.md", "Fuzzing"],
    ],
  },
];

/** Every page of the site as `{ file, title }`, the home page first. */
export const allPages = () => [
  { file: HOME, title: "connect-flow" },
  ...navigation.flatMap(({ pages }) => pages.map(([file, title]) => ({ file, title }))),
];

/** The path of a page in the site: `docs/guides/popup.md` is `guides/popup.md`. */
export function sitePath(file) {
  if (file === HOME) return "index.md";
  return file.startsWith("docs/") ? file.slice("docs/".length) : posix.basename(file).toLowerCase();
}

/** Every Markdown file that has to be a page: those of the root, of `docs` and of `docs/guides`. */
const findPages = () => ["", "docs/", "docs/guides/"].flatMap((folder) =>
  readdirSync(inRoot(folder)).filter((name) => name.endsWith(".md")).map((name) => folder + name),
);

/** Returns the problems of the navigation, which must list every page once. Empty if there are none. */
export function navigationProblems(found = findPages(), listed = allPages().map(({ file }) => file)) {
  return [
    ...found.filter((file) => !listed.includes(file)).map((file) => `${file} is missing`),
    ...listed.filter((file) => !found.includes(file)).map((file) => `${file} does not exist`),
    ...listed.filter((file, index) => listed.indexOf(file) !== index).map((file) => `${file} is listed twice`),
  ].map((problem) => `the navigation in scripts/docs/navigation.mjs: ${problem}`);
}
