// Which tests a file has, without running them: it is imported with a `node:test` that only records titles.
import { execFile } from "node:child_process";
import { register } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = new URL("../../", import.meta.url);
const self = fileURLToPath(import.meta.url);

/** Returns the titles of tests and suites that these files register: `{ [file]: titles }`. */
export async function titlesOf(files) {
  const { stdout } = await promisify(execFile)(process.execPath, [self, ...files], { cwd: root, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1));
}

const RECORDER = `
  const titles = globalThis.recordedTitles;
  export const test = (title) => void titles.push(title);
  export const suite = (title, ...rest) => {
    titles.push(title);
    return rest.at(-1)?.();
  };
  export { suite as describe, test as it, test as default };
  export const after = () => {}, afterEach = after, before = after, beforeEach = after, mock = {};
`;
const RESOLVE = `
  export const resolve = (name, context, next) =>
    name === "node:test" ? { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(RECORDER)}`)}, shortCircuit: true } : next(name, context);
`;

if (process.argv[1] === self) {
  const found = {};
  globalThis.recordedTitles = [];
  register(`data:text/javascript,${encodeURIComponent(RESOLVE)}`);
  for (const file of process.argv.slice(2)) {
    // With a query of its own, since another test file may have imported it before.
    await import(`${pathToFileURL(file)}?titles`);
    found[file] = globalThis.recordedTitles.splice(0);
  }
  console.log(`\n${JSON.stringify(found)}`);
  // The imported files may have started servers or timers, which would keep the process alive.
  process.exit();
}
