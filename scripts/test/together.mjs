// Test files of one process, as `TOGETHER` lists them: what takes long to start, as a browser, is started once for all of them.
import { pathToFileURL } from "node:url";

for (const file of JSON.parse(process.env.TOGETHER)) await import(pathToFileURL(file));
