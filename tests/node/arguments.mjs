import assert from "node:assert/strict";
import { types } from "node:util";
import { isConnectError } from "connect-flow";

/** Asserts that a call fails with `invalid_argument` and one issue with this code, at this argument. */
export async function refuses(call, code, field) {
  await assert.rejects(async () => call(), (error) => {
    assert.ok(error instanceof Error && types.isNativeError(error) && isConnectError(error), String(error));
    assert.deepEqual([error.name, error.code, error.retryable], ["ConnectError", "invalid_argument", false], error.message);
    assert.deepEqual(error.issues.map((issue) => [issue.code, issue.field]), [[code, field]]);
    assert.ok(error.message.includes(`\`${field}\``) && error.issues[0].message, error.message);
    assert.match(error.stack, /ConnectError|Error/);
    return true;
  });
}

export const boom = new RangeError("boom");
export const throws = () => {
  throw boom;
};

/** Objects that throw when they are read. */
export const traps = {
  "a getter": (name) => Object.defineProperty({}, name, { enumerable: true, get: throws }),
  "a proxy that throws in ownKeys": () => new Proxy({}, { ownKeys: throws }),
  "a proxy that throws in get": (name) => new Proxy({ [name]: 1 }, { get: throws }),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};
