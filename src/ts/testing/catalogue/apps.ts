import { needsAuthorization } from "../../platform/schemes.js";
import { isSecretName } from "../../platform/secret-names.js";

/** A field that the user fills in for an account, or the developer for an integration. */
export interface CatalogueField {
  name: string;
  /** Its name in the templates of older integrations. */
  legacyName?: string;
  displayName: string;
  description: string;
  required: boolean;
  default?: string | undefined;
  /** What the platform reports as `is_secret`, which is often wrong. */
  isSecret?: boolean | undefined;
  /** Whether the platform leaves `default` out, as for zendesk. */
  isBare?: boolean;
  /** Whether the platform lists the field but does not ask users for it. */
  isHidden?: boolean;
}

/** A parameter that authenticates requests to an app. `value` is a template of account values, such as `Bearer {{token}}`. */
export interface AuthParameter {
  name: string;
  in: "header" | "query";
  value: string;
}

/** One way to authenticate with an app. */
export interface CatalogueScheme {
  mode: string;
  name: string;
  /** Whether the platform has its own OAuth client for it. */
  isManaged: boolean;
  baseUrl: string;
  scopes: string[];
  developerFields: CatalogueField[];
  userFields: CatalogueField[];
  parameters: AuthParameter[];
}

export interface App {
  key: string;
  name: string;
  description: string;
  category: string;
  isNoAuth: boolean;
  /** Whether the platform tries typed credentials at the app before it stores them. */
  checksCredentials?: boolean | undefined;
  schemes: CatalogueScheme[];
}

/** An integration of every new sandbox. */
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

/** Whether users are sent to an authorization server. */
export const isOAuth = ({ mode }: CatalogueScheme): boolean => needsAuthorization(mode);

/** The required fields that have no value. */
export function missingFields(fields: CatalogueField[], data: Readonly<Record<string, string>>): CatalogueField[] {
  return fields.filter((field) => field.required && !data[field.name]);
}

/** Whether the app rejects what the user typed: every app rejects the secret `bad`. */
export function hasBadSecret({ userFields }: CatalogueScheme, data: Readonly<Record<string, string>>): boolean {
  return userFields.some(({ name, isSecret }) => data[name] === "bad" && (isSecret || isSecretName(name)));
}

/** Whether the platform refuses to store what the user typed. */
export function isRejected({ app, scheme }: { app: App; scheme: CatalogueScheme }, data: Readonly<Record<string, string>>): boolean {
  return app.checksCredentials === true && hasBadSecret(scheme, data);
}

const header = (name: string, value: string): AuthParameter => ({ name, in: "header", value });
const bearerHeader = (key: string) => [header("Authorization", `Bearer {{${key}}}`)];

const oauthClientFields = (scopes: string[]): CatalogueField[] => [
  { name: "client_id", displayName: "Client id", description: "Id of your OAuth client.", required: true },
  { name: "client_secret", displayName: "Client secret", description: "Secret of your OAuth client.", required: true },
  { name: "oauth_redirect_uri", displayName: "Redirect URI", description: "Registered with the provider.", required: false, default: "/api/v3.1/toolkits/auth/callback" },
  { name: "scopes", displayName: "Scopes", description: "Separated by commas.", required: false, default: scopes.join(",") },
];

export function oauth2Scheme(app: string, isManaged: boolean, scopes: string[], userFields: CatalogueField[] = []): CatalogueScheme {
  return {
    mode: "OAUTH2",
    name: `${app}_oauth2`,
    isManaged,
    baseUrl: `https://api.${app.replaceAll("_", "-")}.example`,
    scopes,
    developerFields: oauthClientFields(scopes),
    userFields,
    parameters: bearerHeader("access_token"),
  };
}

/** A scheme that uses only what the user types. */
export function typedScheme(
  app: string, mode: string, parameters: AuthParameter[], userFields: CatalogueField[], baseUrl = `https://api.${app}.example`,
): CatalogueScheme {
  const name = `${app}_${mode.toLowerCase()}`;
  return { mode, name, isManaged: false, baseUrl, scopes: [], developerFields: [], userFields, parameters };
}

/** The apps of every sandbox, in the order of the list. */
export const apps: App[] = [
  {
    key: "gmail", name: "Gmail", description: "Mail of a Google account.",
    category: "collaboration & communication", isNoAuth: false,
    schemes: [
      oauth2Scheme("gmail", true, ["openid", "email", "mail.read", "mail.send"]),
      typedScheme("gmail", "BEARER_TOKEN", bearerHeader("token"), [
        { name: "token", displayName: "Token", description: "Token for bearer authentication.", required: true },
      ]),
    ],
  },
  {
    key: "shopify", name: "Shopify", description: "Products and orders of an online store.",
    category: "e-commerce", isNoAuth: false,
    schemes: [
      typedScheme("shopify", "API_KEY", [header("X-Shopify-Access-Token", "{{admin_api_access_token}}")], [
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
      oauth2Scheme("zendesk", true, ["openid", "tickets.read", "tickets.write"], [
        {
          name: "subdomain", displayName: "Zendesk Subdomain", required: true, isBare: true,
          description: "The first part of your Zendesk address, <subdomain>.zendesk.com",
        },
      ]),
    ],
  },
  {
    key: "firecrawl", name: "Firecrawl", description: "Reads web pages.",
    category: "developer tools", isNoAuth: false, checksCredentials: true,
    schemes: [
      typedScheme("firecrawl", "API_KEY", bearerHeader("api_key"), [
        { name: "api_key", displayName: "API Key", description: "From your Firecrawl settings.", required: true },
      ]),
    ],
  },
  {
    key: "acme_tickets", name: "Acme Tickets", description: "A help desk with names and passwords.",
    category: "customer support", isNoAuth: false,
    schemes: [
      typedScheme("acme_tickets", "BASIC", [header("Authorization", "Basic {{basic_encoded}}"), { name: "version", in: "query", value: "2" }], [
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
    schemes: [typedScheme("hackernews", "API_KEY", [], [])],
  },
  {
    key: "own_crm", name: "Own CRM", description: "Customers, through an OAuth client of the developer's own.",
    category: "crm", isNoAuth: false,
    schemes: [oauth2Scheme("own_crm", false, ["openid", "contacts.read"])],
  },
  {
    key: "posthog", name: "PostHog", description: "Product analytics.",
    category: "analytics", isNoAuth: false,
    schemes: [
      typedScheme("posthog", "API_KEY", bearerHeader("generic_api_key"), [
        { name: "subdomain", displayName: "Subdomain", description: "Region of your project.", required: true, default: "us.i" },
        { name: "generic_api_key", legacyName: "apiKey", displayName: "API key", description: "Personal API key.", required: true },
        { name: "base_url", displayName: "Base URL", description: "Only for your own server.", required: false, default: "" },
      ], "https://{{subdomain}}.posthog.com"),
    ],
  },
];

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
