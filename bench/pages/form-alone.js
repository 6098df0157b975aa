import { show } from "./form-fields.js";

/** Each half alone, in milliseconds: `module` fetches and compiles the `.wasm` file, `requests` asks for the fields and shows them. */
globalThis.open = async (half) => {
  const start = performance.now();
  if (half === "module") {
    await WebAssembly.compileStreaming(fetch("./connect_flow_bg.wasm"));
  } else {
    const ask = async (path) => (await fetch(`/api/connect/api/v3.1/${path}`, { cache: "no-store" })).json();
    const [, { auth_config_details: [scheme] }] = await Promise.all([ask("auth_configs?toolkit_slug=shopify&limit=50"), ask("toolkits/shopify")]);
    const { required, optional } = scheme.fields.connected_account_initiation;
    show([...required, ...optional].map(({ name }) => name));
  }
  return performance.now() - start;
};
