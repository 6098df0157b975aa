/**
 * What connect-flow is measured beside. `entry` is what an app writes to connect an account with it, `does` and `not` say how
 * much of connect-flow's job that is, `short` the same in the README, and `loads` what comes from elsewhere at run time and is in no
 * number here.
 */
export const PEERS = [
  {
    name: "@composio/core",
    entry: "composio-sdk.js",
    short: "the requests, a poll",
    does: "the platform's SDK: fields, link, a poll every second",
    not: "made for servers: the project's key in the page; no form checks, callback, popup or anything kept over the redirect; the newest version that installs with Node 20",
  },
  {
    name: "@composio/client",
    entry: "composio-client.js",
    short: "the requests",
    does: "the platform's generated client: every request",
    not: "nothing of the flow around the requests; the project's key in the page",
  },
  {
    name: "@nangohq/frontend",
    entry: "nango.js",
    short: "all, on its own platform; the form comes from its site",
    does: "connects accounts on its own platform, by popup; takes keys from a form of one's own",
    not: "no redirect in the page; does not say which fields to ask for",
    loads: "the form, from its site, in an iframe; not with a form of one's own",
  },
  {
    name: "@pipedream/sdk",
    entry: "pipedream.js",
    short: "all, on its own platform; the form comes from its site",
    does: "connects accounts on its own platform; asks for its other data",
    not: "no redirect in the page, no form of one's own",
    loads: "the form and the flow, from its site, in an iframe",
  },
  {
    name: "@useparagon/connect",
    entry: "paragon.js",
    external: ["react", "react-dom"],
    short: "all, on its own platform; React not counted",
    does: "connects accounts on its own platform, with fields for a form of one's own; file pickers of several providers",
    not: "no redirect in the page; React is not counted",
    loads: "its portal, from its site, in an iframe; not with a form of one's own",
  },
  {
    name: "oidc-client-ts",
    entry: "oidc-client-ts.js",
    short: "OpenID Connect alone",
    does: "signs a user in by OpenID Connect: redirect, popup, callback, renewal",
    not: "no platform, fields, accounts; tokens are kept in the page",
  },
  {
    name: "oauth4webapi",
    entry: "oauth4webapi.js",
    short: "OAuth alone",
    does: "only OAuth: the requests of a code flow and their checks",
    not: "no platform, fields, accounts, popup, storage, waiting",
  },
  {
    name: "react-plaid-link",
    entry: "plaid.js",
    external: ["react", "react-dom"],
    short: "banks; the rest comes from its site; React not counted",
    does: "a React hook that opens a bank's dialog",
    not: "banks only; React is not counted",
    loads: "a script with everything else, from its site",
  },
];
