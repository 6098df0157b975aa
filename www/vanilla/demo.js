// The demo's configuration from its host. Without one, the page shows the sandbox's apps and no passwords.

const apps = [
  { key: "gmail", name: "Gmail", description: "OAuth: sign in and allow access." },
  { key: "shopify", name: "Shopify", description: "API key: a token and the store’s name." },
  { key: "zendesk", name: "Zendesk", description: "OAuth, after one field." },
  { key: "firecrawl", name: "Firecrawl", description: "API key only." },
  { key: "acme_tickets", name: "Acme Tickets", description: "Basic authentication: user name and password." },
  { key: "posthog", name: "PostHog", description: "API key, with default values." },
  { key: "own_crm", name: "Own CRM", description: "OAuth with the developer’s own client." },
  { key: "hackernews", name: "Hacker News", description: "Needs no connection." },
];

const isText = (value) => typeof value === "string" && value !== "";

export async function describe() {
  let config = {};
  try {
    const response = await fetch("/demo.json");
    if (response.ok) config = (await response.json()) ?? {};
  } catch {
    // Not served, or not JSON.
  }
  const users = Array.isArray(config.users) ? config.users.filter(({ name, password }) => isText(name) && isText(password)) : [];
  const known = Array.isArray(config.apps) ? config.apps.filter(({ key }) => isText(key)) : [];
  return { users: config.sandbox === true ? users : [], apps: known.length ? known : apps };
}
