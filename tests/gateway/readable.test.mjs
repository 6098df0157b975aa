import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
// Node prints the line of code that threw. In a minified file that would be the whole file.
const programs = {
  "the gateway": ['import { createGateway } from "connect-flow/server"; createGateway({ apiKey: "" });', /TypeError: createGateway: `apiKey` is empty/],
  "the test kit": ['import { createSandbox } from "connect-flow/testing"; createSandbox({ apps: [{ key: null }] });', /SandboxError/],
};

suite("an uncaught error is printed in lines of fewer than 300 characters", () => {
  for (const [name, [code, message]] of Object.entries(programs)) {
    test(`by ${name}`, () => {
      const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { cwd: root, encoding: "utf8" });
      assert.equal(status, 1);
      assert.match(stderr, message);
      const longest = Math.max(...stderr.split("\n").map(({ length }) => length));
      assert.ok(longest < 300, `a line of ${longest} characters`);
    });
  }
});
