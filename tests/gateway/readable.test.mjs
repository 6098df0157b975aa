import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const programs = {
  "the gateway": ['import { createGateway } from "connect-flow/server"; createGateway({ apiKey: "" });', /TypeError: createGateway: `apiKey` is empty/],
  "the test kit": ['import { createSandbox } from "connect-flow/testing"; createSandbox({ apps: [{ key: null }] });', /SandboxError/],
};

suite("an error at the start of a program is shown in lines that people can read, of", () => {
  for (const [name, [code, message]] of Object.entries(programs)) {
    test(name, () => {
      const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { cwd: root, encoding: "utf8" });
      assert.equal(status, 1);
      assert.match(stderr, message);
      const longest = Math.max(...stderr.split("\n").map(({ length }) => length));
      assert.ok(longest < 300, `a line of ${longest} characters`);
    });
  }
});
