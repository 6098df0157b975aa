import { createClient } from "connect-flow";

/** From a click to the address that the user is sent to; on the page that they return to, the account. */
export async function connect({ baseUrl, app, api, key }) {
  const client = await createClient({ baseUrl, api, entityId: "Jessica", unsafeApiKey: key });
  const done = await client.completeConnection();
  if (done) return done.connectionStatus;
  const { integrationId } = await client.getExpectedParamsForUser({ app });
  const request = await client.initiateConnection({ integrationId, data: {} });
  return request.redirectUrl;
}
