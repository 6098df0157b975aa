import { installFolder } from "./folder.mjs";

/** The tools that check and bundle the published package. `PACK_TOOLS` names the folder for the tests. */
export const ensurePackTools = async () => ({
  PACK_TOOLS: await installFolder({ name: "pack-tools", source: "tests/pack/apps", purpose: "the tests of the package" }),
});

/** Jest, for the tests of an app. `PACK_TOOLS` names the folder for the tests. */
export const ensureJest = async () => ({
  PACK_TOOLS: await installFolder({ name: "jest", source: "tests/pack/jest", purpose: "the tests in Jest" }),
});

/** The servers and runtimes that the gateway is tested in, 400 MB. `RUNTIMES` names the folder for the tests. */
export const ensureRuntimes = async () => ({
  RUNTIMES: await installFolder({ name: "runtimes", source: "tests/runtimes/apps", purpose: "the gateway in other runtimes" }),
});

/** The routers that rewrite a callback's address. `ROUTERS` names the folder for the tests. */
export const ensureRouters = async () => ({
  ROUTERS: await installFolder({ name: "routers", source: "tests/routers/apps", purpose: "the tests with routers" }),
});

/** The platform's official clients, 100 MB. `CLIENTS` names the folder for the tests. */
export const ensureClients = async () => ({
  CLIENTS: await installFolder({ name: "clients", source: "tests/clients/apps", purpose: "the official clients" }),
});

/** The frameworks of the guides, 550 MB. `PACK_TOOLS` names the folder for the tests. */
export const ensureFrameworks = async () => ({
  PACK_TOOLS: await installFolder({ name: "frameworks", source: "tests/frameworks/apps", purpose: "the guides' frameworks" }),
});

/** The packages that connect-flow is compared with, in `folder`. */
export const ensureBenchTools = async () => ({
  folder: await installFolder({ name: "bench-tools", source: "bench", purpose: "the benchmarks" }),
});

/** The folder with VitePress and TypeDoc. */
export const ensureDocsTools = () => installFolder({ name: "docs-tools", source: "scripts/docs", purpose: "the documentation" });
