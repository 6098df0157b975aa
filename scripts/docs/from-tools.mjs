import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Imports a package that is installed in the folder of the docs tools. */
export const importFrom = (tools, name) => import(pathToFileURL(createRequire(join(tools, "package.json")).resolve(name)));
