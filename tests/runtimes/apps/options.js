/** The options of every app's gateway. The environment has the platform's URL and key. */
export const optionsOf = ({ PLATFORM_URL, PLATFORM_KEY }) => ({
  apiKey: PLATFORM_KEY,
  upstream: PLATFORM_URL,
  authenticate: (request) => request.headers.get("x-test-user"),
  allow: { operations: ["connect", "manage", "apps.list"], apps: ["gmail", "shopify"] },
  redirectOrigins: ["https://app.test"],
  timeoutMs: 2000,
});
