import type { JsonObject } from "../../platform/json.js";
import { profile } from "../profile.js";
import type { OAuthPort } from "../types.js";
import { apps, isOAuth, type App } from "./apps.js";
import type { AuthParams } from "./auth-params.js";

/** How an action ended. `statusCode` is the app's answer; null if the app was not asked or did not answer. */
export type ActionResult =
  | { isSuccessful: true; data: Record<string, unknown> }
  | { isSuccessful: false; message: string; statusCode: number | null };

interface ActionInput {
  values: Record<string, string | undefined>;
  auth: AuthParams;
  oauth: OAuthPort;
}

/** The versions of every action, newest first. */
export const toolVersions = ["20260901_00", "00000000_00"] as const;

/** An action of an app, which the platform calls a tool. */
export interface Action {
  name: string;
  displayName: string;
  description: string;
  app: App;
  /** By name. Every value is a string. */
  parameters: Record<string, { description: string; isRequired: boolean }>;
  run(input: ActionInput): ActionResult | Promise<ActionResult>;
}

/** A failure of the action. The request to the platform succeeds. */
export function failed(message: string, statusCode: number | null = null): ActionResult {
  return { isSuccessful: false, message, statusCode };
}

/** An app's answer to credentials that it does not accept. */
export const credentialsRefused = failed("Invalid API key or access token", 401);

const succeeded = (data: Record<string, unknown>): ActionResult => ({ isSuccessful: true, data });
const catalogueApp = (key: string) => apps.find((app) => app.key === key) as App;

/** The JSON Schema of an action's input. */
export function inputSchema({ displayName, parameters }: Action): JsonObject {
  const entries = Object.entries(parameters);
  return {
    type: "object",
    title: `${displayName} request`,
    properties: Object.fromEntries(entries.map(([title, { description }]) => [title, { type: "string", title, description }])),
    required: entries.filter(([, { isRequired }]) => isRequired).map(([name]) => name),
  };
}

export const actions: Action[] = [
  {
    name: "GMAIL_GET_PROFILE", displayName: "Get profile", description: "Who the connected account belongs to.",
    app: catalogueApp("gmail"),
    parameters: { user_id: { description: "Always `me`.", isRequired: false } },
    run: getProfile,
  },
  {
    name: "SHOPIFY_GET_SHOP", displayName: "Get shop", description: "Name and address of the store.",
    app: catalogueApp("shopify"),
    parameters: {},
    run: getShop,
  },
  {
    name: "FIRECRAWL_SCRAPE", displayName: "Scrape", description: "The text of a web page.",
    app: catalogueApp("firecrawl"),
    parameters: { url: { description: "Address of the page.", isRequired: true } },
    run: ({ values: { url } }) => succeeded({ url, markdown: `# ${url}` }),
  },
  {
    name: "HACKERNEWS_GET_TOP", displayName: "Get top stories", description: "What is on the front page.",
    app: catalogueApp("hackernews"),
    parameters: {},
    run: () => succeeded({ stories: [{ id: 1, title: "A sandbox for account connections" }, { id: 2, title: "Ask: who reads this?" }] }),
  },
];

/** The action of an app that a test adds, such as `NOTION_GET_PROFILE`. */
export function profileAction(app: App): Action {
  return {
    name: `${app.key.toUpperCase().replaceAll("-", "_")}_GET_PROFILE`,
    displayName: "Get profile",
    description: "Who the connected account belongs to.",
    app,
    parameters: {},
    run: (input) => (app.schemes.some(isOAuth) ? getProfile(input) : succeeded({ ...profile })),
  };
}

async function getProfile({ auth, oauth }: ActionInput): Promise<ActionResult> {
  const access_token = headerOf(auth, "Authorization").replace(/^Bearer /, "");
  if (!oauth.userinfo) return succeeded({ ...profile });
  const answer = await oauth.userinfo({ tokens: { access_token } }).catch(() => undefined);
  if (!answer) return failed("The app could not be reached");
  if (answer.ok) return succeeded(answer.claims);
  return failed(answer.errorDescription ?? answer.error, answer.error === "invalid_token" ? 401 : 403);
}

function getShop({ auth }: ActionInput): ActionResult {
  const token = headerOf(auth, "X-Shopify-Access-Token");
  if (!token || token === "bad") return credentialsRefused;
  const domain = auth.baseUrl?.replace(/^https:\/\//, "") ?? "";
  return succeeded({ shop: { name: domain.split(".")[0], domain } });
}

function headerOf({ parameters }: AuthParams, name: string): string {
  return parameters.find((parameter) => parameter.in === "header" && parameter.name.toLowerCase() === name.toLowerCase())?.value ?? "";
}
