// The pages of the site, in the order of its navigation. A page is a Markdown file of the repository with its title
// in the navigation and its description in llms.txt.
import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { inRoot } from "../lib/paths.mjs";

export const HOME = "README.md";

export const navigation = [
  {
    title: "Start",
    pages: [
      ["docs/guides/first-connection.md", "First connection", "From an empty folder to a connected Gmail account in a few minutes, without a platform account."],
      ["docs/guides/sandbox.md", "Sandbox", "A platform in memory for development, served by `npx connect-flow sandbox`."],
      ["docs/overview.md", "All pages", "A table of all guides by task, and how a connection works."],
      ["docs/demo.md", "Demo", "What `npm start` serves, and React components to copy."],
    ],
  },
  {
    title: "Guides",
    pages: [
      ["docs/guides/redirect.md", "Redirect", "Connect an OAuth account when the page goes to the provider and the user comes back."],
      ["docs/guides/popup.md", "Popup", "Connect an OAuth account in a popup while the page stays open."],
      ["docs/guides/api-key-form.md", "API key form", "Render and validate a form for apps that need an API key or other values."],
      ["docs/guides/accounts.md", "Accounts", "List, rename, disable and delete connected accounts, and run actions."],
      ["docs/guides/several-accounts.md", "Several accounts and reconnecting", "Connect an account again without losing it, and tell several accounts of an app apart."],
      ["docs/guides/chat.md", "Connect inside a chat", "Give an agent the user's actions as tools, connect in the chat when an action needs it, and run the action once."],
      ["docs/guides/gateway.md", "Gateway", "The route of your server that keeps the platform's key, knows the user and forwards what you allow."],
      ["docs/guides/testing.md", "Testing", "Test your page with a platform in memory, a scripted user and a clock that you move."],
      ["docs/guides/csp.md", "Content Security Policy", "The Content Security Policy that a page with connect-flow needs."],
      ["docs/guides/loading.md", "Loading", "How the WebAssembly module is loaded in each bundler, and the fallbacks."],
      ["docs/frames-shells-extensions.md", "Frames, shells and extensions", "What works in frames, in-app browsers, native shells and browser extensions."],
    ],
  },
  {
    title: "When something fails",
    pages: [
      ["docs/errors.md", "Errors", "Every error code: its cause, what to show the user and what to do."],
      ["docs/troubleshooting.md", "Troubleshooting", "Symptoms with their causes and fixes."],
    ],
  },
  {
    title: "Frameworks",
    pages: [
      ["docs/guides/react.md", "React", "Connect an account in a React app, with the provider and the hooks of `connect-flow/react`."],
      ["docs/guides/nextjs.md", "Next.js", "Connect an account with the App Router of Next.js 15 and newer, including the gateway route."],
      ["docs/guides/vue.md", "Vue", "Connect an account in a Vue or Nuxt app, with a composable."],
      ["docs/guides/svelte.md", "Svelte", "Connect an account in a Svelte or SvelteKit app, with runes."],
      ["docs/guides/solid.md", "Solid", "Connect an account in a Solid or SolidStart app, with signals."],
      ["docs/guides/angular.md", "Angular", "Connect an account in an app of Angular 20 and newer, with signals."],
      ["docs/guides/script-tag.md", "Script tag", "Connect an account in a page without a bundler, served by Express."],
      ["docs/guides/rust.md", "Rust", "The same client as a crate for Yew, Leptos, Dioxus and other Rust frontends."],
    ],
  },
  {
    title: "Migration",
    pages: [
      ["docs/guides/from-hand-written-popups.md", "From hand-written popups", "Replace hand-written popup code with a flow."],
      ["docs/guides/from-composio-core.md", "From @composio/core", "Move the user's part of a connection from `@composio/core` into the page."],
    ],
  },
  {
    title: "Background",
    pages: [
      ["docs/protocol.md", "Protocol", "The platform's HTTP API as connect-flow uses it: requests, members and irregularities."],
      ["SECURITY.md", "Security", "What connect-flow defends against, the test of each defence, and how to report a vulnerability."],
      ["docs/secrets.md", "Secrets", "Where a typed API key or password goes, what is guaranteed and which test shows it."],
      ["docs/faults.md", "Faults", "What each flow does when a request fails or the page changes under it."],
      ["docs/sizes.md", "Sizes", "What a page downloads, and what takes the space in it."],
      ["docs/benchmarks.md", "Benchmarks", "Download sizes and times, compared with other ways to connect accounts."],
    ],
  },
  {
    title: "Project",
    pages: [
      ["CHANGELOG.md", "Changelog", "The changes of each version, and what counts as breaking."],
      ["ARCHITECTURE.md", "Architecture", "The layers of the code, and where things are."],
      ["CONTRIBUTING.md", "Contributing", "How to build, test and change the project."],
      ["docs/fuzzing.md", "Fuzzing", "The fuzz targets, and how to run them."],
    ],
  },
];

/** Every page of the site as `{ file, title, description }`, the home page first. */
export const allPages = () => [
  { file: HOME, title: "connect-flow", description: "What the package does, how to install it, and the code for a page and its server." },
  ...navigation.flatMap(({ pages }) => pages.map(([file, title, description]) => ({ file, title, description }))),
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
