import { expect, test } from "@jest/globals";
import { createClient, toJsonSchema } from "connect-flow";
import { createGateway } from "connect-flow/server";

test("the package can be imported and creates a client of the real module", async () => {
  const client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  expect(client.pending()).toEqual([]);
  expect(toJsonSchema([]).type).toBe("object");
  await expect(client.getExpectedParamsForUser({ app: "" })).rejects.toMatchObject({ name: "ConnectError", code: "invalid_argument" });
  client.dispose();
  expect(typeof createGateway).toBe("function");
});
