/** The same gateway everywhere: where the platform is, the environment says. */
export const optionsOf = ({ PLATFORM_URL, PLATFORM_KEY }) => ({
  apiKey: PLATFORM_KEY,
  upstream: PLATFORM_URL,
  authenticate: (request) => request.headers.get("x-test-user"),
  allow: { operations: ["connect", "manage", "apps.list"], apps: ["gmail", "shopify"] },
  redirectOrigins: ["https://app.test"],
  timeoutMs: 2000,
});
