// What the host says about itself. A host that says nothing gets the apps of the sandbox and no hint about passwords.

const apps = [
  { key: "gmail", name: "Gmail", description: "OAuth: nothing to type, sign in and allow." },
  { key: "shopify", name: "Shopify", description: "API key: a token and the name of the store." },
  { key: "zendesk", name: "Zendesk", description: "OAuth, after one question." },
  { key: "firecrawl", name: "Firecrawl", description: "API key, and nothing else." },
  { key: "acme_tickets", name: "Acme Tickets", description: "Basic: user name and password." },
  { key: "posthog", name: "PostHog", description: "API key, with defaults filled in." },
  { key: "own_crm", name: "Own CRM", description: "OAuth with a client of one’s own." },
  { key: "hackernews", name: "Hacker News", description: "Needs no connection at all." },
];

const isText = (value) => typeof value === "string" && value !== "";

export async function describe() {
  let said = {};
  try {
    const response = await fetch("/demo.json");
    if (response.ok) said = (await response.json()) ?? {};
  } catch {
    // Not served, or not JSON.
  }
  const users = Array.isArray(said.users) ? said.users.filter(({ name, password }) => isText(name) && isText(password)) : [];
  const known = Array.isArray(said.apps) ? said.apps.filter(({ key }) => isText(key)) : [];
  return { users: said.sandbox === true ? users : [], apps: known.length ? known : apps };
}
