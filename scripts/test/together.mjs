// Runs the test files of `TOGETHER` in one process, so that they share a browser: it takes longer to start than most tests.
import { pathToFileURL } from "node:url";
import { inRoot } from "../lib/paths.mjs";

for (const file of JSON.parse(process.env.TOGETHER)) await import(pathToFileURL(inRoot(file)));
