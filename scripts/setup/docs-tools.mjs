import { installFolder } from "./folder.mjs";

/** The folder with TypeDoc. */
export const ensureDocsTools = () => installFolder({ name: "docs-tools", source: "scripts/docs", purpose: "the API reference" });
