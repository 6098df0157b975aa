import { createFrontendClient } from "@pipedream/sdk/browser";

export function connect({ app, tokenCallback, onSuccess }) {
  const client = createFrontendClient({ externalUserId: "Jessica", tokenCallback });
  return client.connectAccount({ app, onSuccess });
}
