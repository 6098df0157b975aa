// The commands of package.json: what they print and refuse before they install or build anything.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { root } from "./code-blocks.mjs";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Runs a command with a cache folder that does not exist: everything that it installs or builds would create the folder. */
function run(name, ...args) {
  const cache = join(tmpdir(), `connect-flow-commands-${process.pid}`);
  const [, file] = scripts[name].split(" ");
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    cwd: root, encoding: "utf8", timeout: 60_000, env: { ...process.env, CONNECT_FLOW_CACHE: cache },
  });
  return { status, stdout, stderr, hasStarted: existsSync(cache) };
}

for (const name of Object.keys(scripts)) {
  suite(`npm run ${name}`, () => {
    test("prints its usage with --help", () => {
      const { stdout, ...others } = run(name, "--help");
      assert.deepEqual(others, { status: 0, stderr: "", hasStarted: false });
      assert.match(stdout, name === "start" || name === "test" ? new RegExp(`^npm ${name} `) : new RegExp(`^npm run ${name} `));
    });

    test("refuses an unknown option with one line and exit code 2", () => {
      const { stdout, ...others } = run(name, "--colour");
      assert.deepEqual(others, { status: 2, stderr: "", hasStarted: false });
      assert.match(stdout, /^Unknown option '--colour'.*\n$/);
    });
  });
}

suite("npm start -- --port", () => {
  test("refuses a word and what is no port", () => {
    assert.match(run("start", "7914").stdout, /^Unexpected argument '7914'.*\n$/);
    const { stdout, ...others } = run("start", "--port", "70000");
    assert.deepEqual({ stdout, ...others }, { status: 2, stdout: "--port must be a number up to 65535, got 70000\n", stderr: "", hasStarted: false });
  });

  test("refuses a port that is taken", async () => {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    try {
      const { status, stdout, hasStarted } = run("start", "--port", String(port));
      assert.deepEqual({ status, stdout, hasStarted }, { status: 1, stdout: `Port ${port} is taken. Leave --port out for a free one\n`, hasStarted: false });
    } finally {
      server.close();
    }
  });
});
