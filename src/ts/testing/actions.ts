import { apps, type App } from "./apps.js";
import type { AuthParams } from "./auth-params.js";
import type { OAuthPort } from "./types.js";
import { profile } from "./oauth.js";

/** How an action ended. `statusCode` is what the app answered, null where it was not asked or did not answer. */
export type Outcome =
  | { isSuccessful: true; data: Record<string, unknown> }
  | { isSuccessful: false; message: string; statusCode: number | null };

interface Run {
  values: Record<string, string | undefined>;
  auth: AuthParams;
  oauth: OAuthPort;
}

/** Something that an app can do for the user; the platform calls it a tool. */
export interface Action {
  name: string;
  displayName: string;
  description: string;
  app: App;
  /** By name; every value is text. */
  parameters: Record<string, { description: string; isRequired: boolean }>;
  run(input: Run): Outcome | Promise<Outcome>;
}

/** A failure that the action ends with; the request to the platform itself succeeds. */
export function failed(message: string, statusCode: number | null = null): Outcome {
  return { isSuccessful: false, message, statusCode };
}

const succeeded = (data: Record<string, unknown>): Outcome => ({ isSuccessful: true, data });
const appOf = (key: string) => apps.find((app) => app.key === key) as App;

/** JSON Schema of what an action takes. */
export function inputSchema({ displayName, parameters }: Action): object {
  const entries = Object.entries(parameters);
  return {
    type: "object",
    title: `${displayName} request`,
    properties: Object.fromEntries(entries.map(([title, { description }]) => [title, { type: "string", title, description }])),
    required: entries.filter(([, { isRequired }]) => isRequired).map(([name]) => name),
  };
}

/** Every action. */
export const actions: Action[] = [
  {
    name: "GMAIL_GET_PROFILE", displayName: "Get profile", description: "Who the connected account belongs to.",
    app: appOf("gmail"),
    parameters: { user_id: { description: "Always `me`.", isRequired: false } },
    run: getProfile,
  },
  {
    name: "SHOPIFY_GET_SHOP", displayName: "Get shop", description: "Name and address of the store.",
    app: appOf("shopify"),
    parameters: {},
    run: getShop,
  },
  {
    name: "FIRECRAWL_SCRAPE", displayName: "Scrape", description: "The text of a web page.",
    app: appOf("firecrawl"),
    parameters: { url: { description: "Address of the page.", isRequired: true } },
    run: ({ values: { url } }) => succeeded({ url, markdown: `# ${url}` }),
  },
  {
    name: "HACKERNEWS_GET_TOP", displayName: "Get top stories", description: "What is on the front page.",
    app: appOf("hackernews"),
    parameters: {},
    run: () => succeeded({ stories: [{ id: 1, title: "A sandbox for account connections" }, { id: 2, title: "Ask: who reads this?" }] }),
  },
];

async function getProfile({ auth, oauth }: Run): Promise<Outcome> {
  const access_token = headerOf(auth, "Authorization").replace(/^Bearer /, "");
  if (!oauth.userinfo) return succeeded({ ...profile });
  const result = await oauth.userinfo({ tokens: { access_token } }).catch(() => undefined);
  if (!result) return failed("The app could not be reached");
  if (result.ok) return succeeded(result.claims);
  return failed(result.errorDescription ?? result.error, result.error === "invalid_token" ? 401 : 403);
}

function getShop({ auth }: Run): Outcome {
  const token = headerOf(auth, "X-Shopify-Access-Token");
  if (!token || token === "bad") return failed("Invalid API key or access token", 401);
  const domain = auth.baseUrl?.replace(/^https:\/\//, "") ?? "";
  return succeeded({ shop: { name: domain.split(".")[0], domain } });
}

function headerOf({ parameters }: AuthParams, name: string): string {
  return parameters.find((parameter) => parameter.in === "header" && parameter.name.toLowerCase() === name.toLowerCase())?.value ?? "";
}
