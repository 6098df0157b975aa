/**
 * oidc-provider, on Node 20 too: it lacks one function there, which we supply, and says on import that it wants Node 22,
 * which whoever starts a demo need not hear. On newer Nodes this is a plain import.
 */
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);

const { warn } = console;
if (Number(process.versions.node.split(".")[0]) < 22) console.warn = () => {};
const { Provider, errors } = await import("oidc-provider").finally(() => { console.warn = warn; });

export { errors, Provider };
