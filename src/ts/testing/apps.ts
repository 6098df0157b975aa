/** One value that the user (or, when the integration is created, the developer) supplies. */
export interface Field {
  name: string;
  /** The key that templates of older integrations use. */
  legacyName?: string;
  displayName: string;
  description: string;
  required: boolean;
  default?: string | undefined;
  /** What the platform says, which is often wrong. */
  isSecret?: boolean | undefined;
  /** The platform describes it without `default`, as it does for zendesk. */
  isBare?: boolean;
  /** The platform names it, but the user is not to be asked. */
  isHidden?: boolean;
}

/** One value of a request to an app. `value` may name account values, as in `Bearer {{token}}`. */
export interface AuthParameter {
  name: string;
  in: "header" | "query";
  value: string;
}

/** One way to authenticate with an app. */
export interface Scheme {
  mode: string;
  name: string;
  /** Whether the platform has credentials of its own for it. */
  isManaged: boolean;
  baseUrl: string;
  scopes: string[];
  developerFields: Field[];
  userFields: Field[];
  /** What makes a request the user's. */
  parameters: AuthParameter[];
}

/** An app of the catalogue. */
export interface App {
  key: string;
  name: string;
  description: string;
  category: string;
  isNoAuth: boolean;
  schemes: Scheme[];
}

/** An integration that exists from the start. */
export interface Seed {
  app: string;
  mode: string;
  id: string;
  name: string;
  createdAt: string;
  isDisabled?: boolean;
  isDeleted?: boolean;
  credentials?: Record<string, string>;
}

/** OAuth 1 and 2 and their relatives: the user is sent to an authorization server. */
export function isOAuth(scheme: Scheme): boolean {
  return scheme.mode.includes("OAUTH");
}

/** Whether a value under this name must be hidden, whatever the platform says about the field. */
export function isSecretName(name: string): boolean {
  return /api_?key|secret|token|passw|private_?key|access_?key|credential|base64|encoded|bearer|jwt/i.test(name);
}

/** The fields that are required and have no usable value. */
export function missing(fields: Field[], data: Readonly<Record<string, string>>): Field[] {
  return fields.filter((field) => field.required && !data[field.name]);
}

const header = (name: string, value: string): AuthParameter => ({ name, in: "header", value });
const bearer = (key: string) => [header("Authorization", `Bearer {{${key}}}`)];

const oauthClient = (scopes: string[]): Field[] => [
  { name: "client_id", displayName: "Client id", description: "Id of your OAuth client.", required: true },
  { name: "client_secret", displayName: "Client secret", description: "Secret of your OAuth client.", required: true },
  { name: "oauth_redirect_uri", displayName: "Redirect URI", description: "Registered with the provider.", required: false, default: "/api/v3.1/toolkits/auth/callback" },
  { name: "scopes", displayName: "Scopes", description: "Separated by commas.", required: false, default: scopes.join(",") },
];

/** OAuth 2. */
export function oauth2(app: string, isManaged: boolean, scopes: string[], userFields: Field[] = []): Scheme {
  return {
    mode: "OAUTH2",
    name: `${app}_oauth2`,
    isManaged,
    baseUrl: `https://api.${app.replaceAll("_", "-")}.example`,
    scopes,
    developerFields: oauthClient(scopes),
    userFields,
    parameters: bearer("access_token"),
  };
}

/** A scheme that needs nothing but what the user types. */
export function typed(
  app: string, mode: string, parameters: AuthParameter[], userFields: Field[], baseUrl = `https://api.${app}.example`,
): Scheme {
  const name = `${app}_${mode.toLowerCase()}`;
  return { mode, name, isManaged: false, baseUrl, scopes: [], developerFields: [], userFields, parameters };
}

/** The catalogue, in the order of the list. */
export const apps: App[] = [
  {
    key: "gmail", name: "Gmail", description: "Mail of a Google account.",
    category: "collaboration & communication", isNoAuth: false,
    schemes: [
      oauth2("gmail", true, ["openid", "email", "mail.read", "mail.send"]),
      typed("gmail", "BEARER_TOKEN", bearer("token"), [
        { name: "token", displayName: "Token", description: "Token for bearer authentication.", required: true },
      ]),
    ],
  },
  {
    key: "shopify", name: "Shopify", description: "Products and orders of an online store.",
    category: "e-commerce", isNoAuth: false,
    schemes: [
      typed("shopify", "API_KEY", [header("X-Shopify-Access-Token", "{{admin_api_access_token}}")], [
        {
          name: "admin_api_access_token", displayName: "Admin Api Access Token", required: true,
          description: "From your store's app settings, https://admin.shopify.com/store/<store-name>/settings/apps/development",
        },
        {
          name: "shop", displayName: "Store Subdomain", required: true,
          description: "The first part of your store's address, <shop>.myshopify.com",
        },
      ], "https://{{shop}}.myshopify.com"),
    ],
  },
  {
    key: "zendesk", name: "Zendesk", description: "Support tickets.",
    category: "customer support", isNoAuth: false,
    schemes: [
      oauth2("zendesk", true, ["openid", "tickets.read", "tickets.write"], [
        {
          name: "subdomain", displayName: "Zendesk Subdomain", required: true, isBare: true,
          description: "The first part of your Zendesk address, <subdomain>.zendesk.com",
        },
      ]),
    ],
  },
  {
    key: "firecrawl", name: "Firecrawl", description: "Reads web pages.",
    category: "developer tools", isNoAuth: false,
    schemes: [
      typed("firecrawl", "API_KEY", bearer("api_key"), [
        { name: "api_key", displayName: "API Key", description: "From your Firecrawl settings.", required: true },
      ]),
    ],
  },
  {
    key: "acme_tickets", name: "Acme Tickets", description: "A help desk with names and passwords.",
    category: "customer support", isNoAuth: false,
    schemes: [
      typed("acme_tickets", "BASIC", [header("Authorization", "Basic {{basic_encoded}}"), { name: "version", in: "query", value: "2" }], [
        { name: "username", displayName: "User name", description: "Usually your mail address.", required: true },
        { name: "password", displayName: "Password", description: "", required: true, isSecret: true },
        { name: "subdomain", displayName: "Subdomain", description: "The first part of your help desk's address.", required: true },
        { name: "internal_region", displayName: "Region", description: "", required: false, default: "eu", isHidden: true },
      ], "https://{{subdomain}}.acme-tickets.example"),
    ],
  },
  {
    key: "hackernews", name: "Hacker News", description: "News and comments.",
    category: "news", isNoAuth: true,
    schemes: [typed("hackernews", "API_KEY", [], [])],
  },
  {
    key: "own_crm", name: "Own CRM", description: "Customers, through an OAuth client of the developer's own.",
    category: "crm", isNoAuth: false,
    schemes: [oauth2("own_crm", false, ["openid", "contacts.read"])],
  },
  {
    key: "posthog", name: "PostHog", description: "Product analytics.",
    category: "analytics", isNoAuth: false,
    schemes: [
      typed("posthog", "API_KEY", bearer("generic_api_key"), [
        { name: "subdomain", displayName: "Subdomain", description: "Region of your project.", required: true, default: "us.i" },
        { name: "generic_api_key", legacyName: "apiKey", displayName: "API key", description: "Personal API key.", required: true },
        { name: "base_url", displayName: "Base URL", description: "Only for your own server.", required: false, default: "" },
      ], "https://{{subdomain}}.posthog.com"),
    ],
  },
];

/** The integrations of a new sandbox. Apps without credentials need none. */
export const seeds: Seed[] = [
  { app: "gmail", mode: "OAUTH2", id: "ac_Gmail0000001", name: "gmail_1", createdAt: "2024-12-01T08:00:00.000Z" },
  { app: "shopify", mode: "API_KEY", id: "ac_Shopify00002", name: "shopify_1", createdAt: "2024-12-02T08:00:00.000Z" },
  { app: "zendesk", mode: "OAUTH2", id: "ac_Zendesk00003", name: "zendesk_1", createdAt: "2024-12-03T08:00:00.000Z" },
  { app: "zendesk", mode: "OAUTH2", id: "ac_Zendesk00030", name: "zendesk_off", createdAt: "2024-11-03T08:00:00.000Z", isDisabled: true },
  { app: "firecrawl", mode: "API_KEY", id: "ac_Firecrawl004", name: "firecrawl_1", createdAt: "2024-12-04T08:00:00.000Z" },
  { app: "firecrawl", mode: "API_KEY", id: "ac_Firecrawl040", name: "firecrawl_2", createdAt: "2025-01-10T10:15:00.000Z" },
  { app: "firecrawl", mode: "API_KEY", id: "ac_Firecrawl041", name: "firecrawl_old", createdAt: "2024-11-01T08:00:00.000Z", isDeleted: true },
  { app: "acme_tickets", mode: "BASIC", id: "ac_AcmeTicket05", name: "acme_tickets_1", createdAt: "2024-12-05T08:00:00.000Z" },
  {
    app: "own_crm", mode: "OAUTH2", id: "ac_OwnCrm000007", name: "own_crm_1", createdAt: "2024-12-07T08:00:00.000Z",
    credentials: { client_id: "own-crm-client", client_secret: "own-crm-secret" },
  },
  { app: "posthog", mode: "API_KEY", id: "ac_Posthog00008", name: "posthog_1", createdAt: "2024-12-08T08:00:00.000Z" },
];
