import { json } from "../../node/client.mjs";

/** A platform with Gmail. `accountStatus()` is the status of every account, or an HTTP error status as a number. */
export function platform(accountStatus) {
  let accounts = 0;
  const integration = { id: "ac_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, status: "ENABLED", expected_input_fields: [] };
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      const { callback_url } = await request.json();
      accounts += 1;
      return json({ connected_account_id: `ca_${accounts}`, redirect_url: `https://auth.test/go?to=${encodeURIComponent(callback_url)}` });
    }
    if (pathname.endsWith("/auth_configs")) return json({ items: [integration] });
    const id = pathname.split("/").at(-1);
    const status = accountStatus();
    if (typeof status === "number") return json({ error: { message: "no" } }, status);
    return json({ id, status, toolkit: { slug: "gmail" }, user_id: "Jessica" });
  };
}
