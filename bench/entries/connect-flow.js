import { createClient } from "connect-flow";

/** The two steps from a page to the provider. On the callback page, `completed` is the account. */
export async function open({ baseUrl, app }) {
  const client = await createClient({ baseUrl, entityId: "Jessica" });
  let integrationId;
  return {
    completed: await client.completeConnection(),
    expect: async () => {
      ({ integrationId } = await client.getExpectedParamsForUser({ app }));
    },
    initiate: async () => {
      const request = await client.initiateConnection({ integrationId, data: {} });
      client.redirect(request);
    },
  };
}
