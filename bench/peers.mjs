import { readFileSync } from "node:fs";
import { inRoot } from "../scripts/lib/paths.mjs";

const { dependencies } = JSON.parse(readFileSync(inRoot("bench", "package.json"), "utf8"));

/** The name and version of a dependency of bench/package.json, which may be an alias. */
export function titleOf(dependency) {
  const [, name = dependency, version = dependencies[dependency]] = dependencies[dependency].match(/^npm:(.+)@(.+)$/) ?? [];
  return `${name} ${version}`;
}

/** The packages with which a page could do the whole job on the platform: the SDK, the SDK in an older version, and the generated client. */
export const PLATFORM_PEERS = [
  { dependency: "@composio/core", entry: "composio-sdk.js" },
  { dependency: "core-0.17", entry: "composio-sdk-0.17.js" },
  { dependency: "@composio/client", entry: "composio-client.js" },
].map((peer) => ({ name: titleOf(peer.dependency), ...peer }));

/**
 * The packages that connect-flow is compared with. `name` is a dependency of bench/package.json. `entry` is an app that connects an account with it. `does` and `not` describe what it
 * covers. `loads` is what it loads from elsewhere at run time, which is not counted.
 */
export const PEERS = [
  {
    name: "@composio/core",
    entry: "composio-sdk.js",
    does: "the platform's SDK: fields, link, a poll every second; it contains the client below",
    not: "made for servers, so the project's key is in the page; no validation, callback, popup or storage",
  },
  {
    name: "core-0.17",
    entry: "composio-sdk-0.17.js",
    does: "the same, in the version that earlier measurements used",
    not: "the same",
  },
  {
    name: "@composio/client",
    entry: "composio-client.js",
    does: "the platform's generated client: every request",
    not: "no flow around the requests; the project's key is in the page",
  },
  {
    name: "@nangohq/frontend",
    entry: "nango.js",
    does: "connects accounts on its own platform, by popup; accepts keys from the app's own form",
    not: "no redirect in the page; does not list the fields",
    loads: "the form, from its site, in an iframe; not with the app's own form",
  },
  {
    name: "@pipedream/sdk",
    entry: "pipedream.js",
    does: "connects accounts on its own platform; reads its other data",
    not: "no redirect in the page; the app cannot use its own form",
    loads: "the form and the flow, from its site, in an iframe",
  },
  {
    name: "@useparagon/connect",
    entry: "paragon.js",
    external: ["react", "react-dom"],
    does: "connects accounts on its own platform, with fields for the app's own form; file pickers of several providers",
    not: "no redirect in the page; React is not counted",
    loads: "its portal, from its site, in an iframe; not with the app's own form",
  },
  {
    name: "oidc-client-ts",
    entry: "oidc-client-ts.js",
    does: "signs a user in with OpenID Connect: redirect, popup, callback, renewal",
    not: "no platform, fields, accounts; tokens are kept in the page",
  },
  {
    name: "oauth4webapi",
    entry: "oauth4webapi.js",
    does: "OAuth only: the requests and checks of the authorization code flow",
    not: "no platform, fields, accounts, popup, storage, waiting",
  },
  {
    name: "react-plaid-link",
    entry: "plaid.js",
    external: ["react", "react-dom"],
    does: "a React hook that opens a bank's dialog",
    not: "banks only; React is not counted",
    loads: "a script with everything else, from its site",
  },
];
