/**
 * oidc-provider, also on Node 20. There it needs a polyfill of `URL.parse`, and its warning about Node 22 is suppressed.
 */
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);

const { warn } = console;
if (Number(process.versions.node.split(".")[0]) < 22) console.warn = () => {};
const { Provider, errors } = await import("oidc-provider").finally(() => { console.warn = warn; });

export { errors, Provider };
