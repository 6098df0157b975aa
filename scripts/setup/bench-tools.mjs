import { installFolder } from "./folder.mjs";

/** The packages that connect-flow is measured beside. `folder` is where they are. */
export const ensureBenchTools = async () => ({
  folder: await installFolder({ name: "bench-tools", source: "bench", purpose: "the benchmarks" }),
});
