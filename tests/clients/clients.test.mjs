import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { calls, firstClients } from "./calls.mjs";
import { clients, openClient } from "./support.mjs";

const order = Object.keys(clients);

/** Runs `use` with a client, and fails if the client logged that an answer does not fit its own schema. */
async function withClient(name, use, options) {
  const opened = await openClient(name, options);
  try {
    await use(opened);
    assert.deepEqual(opened.complaints, []);
  } finally {
    await opened.close();
  }
}

/** The methods of a group of a client, such as those of `connectedAccounts`. */
function methodsOf(group) {
  const names = new Set();
  for (let from = group; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) if (name !== "constructor" && typeof group[name] === "function") names.add(name);
  }
  return [...names];
}

/** Methods that send nothing, or the same as another method. */
const inner = ["toolkits.getToolkits", "toolkits.getToolkitBySlug", "toolkits.getAuthConfigFields", "authConfigs.getClient"];

for (const [name, version] of Object.entries(clients)) {
  const passed = { count: 0, of: 0, missing: [] };

  suite(`${name}, which speaks ${version}`, () => {
    for (const [method, rows] of Object.entries(calls)) {
      for (const [label, row] of Object.entries(rows)) {
        const since = row.since ?? firstClients[method];
        if (since && order.indexOf(name) < order.indexOf(since)) continue;
        test(`${method} ${label}${row.refused ? " is refused" : ""}`, () => withClient(name, async (opened) => {
          passed.of += 1;
          if (row.missing) {
            passed.missing.push(method);
            // The client's own package has no such operation, so nothing is sent.
            await assert.rejects(async () => row.missing(opened), /is not a function/);
            assert.deepEqual(opened.requests, []);
          } else if (row.refused) {
            await assert.rejects(async () => row.refused(opened), ({ message, cause }) => row.error.test(`${message} ${cause?.message}`));
            passed.count += 1;
          } else {
            await (row.run ?? row)(opened);
            passed.count += 1;
          }
          if (!row.missing) assert.ok(opened.requests.every((line) => line.includes(` /api/${version}/`)), opened.requests.join("\n"));
        }));
      }
    }

    test("has no other method about toolkits, auth configs and accounts", () => withClient(name, ({ composio }) => {
      const known = [...Object.keys(calls), ...inner];
      const all = ["toolkits", "authConfigs", "connectedAccounts"].flatMap((group) => methodsOf(composio[group]).map((member) => `${group}.${member}`));
      assert.deepEqual(all.filter((method) => !known.includes(method)), []);
    }));

    after(() => {
      const exceptions = passed.missing.length ? `; the client itself cannot send ${passed.missing.join(", ")}` : "";
      console.log(`${name}: ${passed.count} of ${passed.of} calls pass unchanged${exceptions}`);
      assert.ok(passed.count >= passed.of * 0.95);
    });
  });
}
