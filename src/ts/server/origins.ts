import { kindOf } from "./kind-of.js";
import { within } from "./limits.js";
import type { OriginRule } from "./settings.js";
import type { GatewayOriginTest } from "./types.js";

type OriginOption = "origins" | "redirectOrigins";

/**
 * Whether the page that asks may. Browsers say where a request comes from and no page can change what they say; whoever says nothing
 * is no browser, and has no user's cookies to misuse. `X-Forwarded-*` is not looked at: anybody can send it.
 */
export async function isOwnPage(request: Request, mayAsk: (origin: string) => Promise<boolean>): Promise<boolean> {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isOwn = site !== null
    ? site === "same-origin" || (site === "none" && request.method === "GET")
    : origin === null || isSameOrigin(origin, new URL(request.url));
  return isOwn || (origin !== null && mayAsk(origin));
}

/** For browsers without `Sec-Fetch-Site`. A server behind a TLS proxy knows itself by `http`. */
function isSameOrigin(origin: string, here: URL): boolean {
  return origin === here.origin || (here.protocol === "http:" && origin === `https://${here.host}`);
}

/** Whether a page can be there: not a pattern, and not what is left of a variable without a value. */
function isHostName(hostname: string): boolean {
  return /^(\[[\da-f:.]+\]|([\w-]+\.)*[\w-]+\.?)$/.test(hostname) && !/^(undefined|null|nan)(\.|$)/.test(hostname);
}

/** Whether nobody can read along: TLS, or this machine. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

/** The rule of an option: a list of exact origins, or the app's function. @throws `TypeError` that says what to write instead. */
export function parseOrigins(option: OriginOption, given: unknown, unsafeHttp: boolean): OriginRule {
  const problem = (origin: string) => problemOf(option, origin, unsafeHttp);
  if (typeof given === "function") {
    return async (origin, request, end) => {
      const isPlainHttp = problem(origin) !== undefined && problemOf(option, origin, true) === undefined;
      // The one that an option can change: whoever develops has to hear of it.
      if (isPlainHttp) throw new Error(`createGateway: the function \`${option}\` is not asked about plain http. Use https or, in development only, set \`unsafeHttpOrigins: true\``);
      return problem(origin) === undefined && callTest(option, given as GatewayOriginTest, origin, request, end);
    };
  }
  if (!Array.isArray(given)) {
    const example = 'such as ["https://app.example"], or a function (origin, request) => boolean';
    throw new TypeError(`createGateway: \`${option}\` must be an array of origins, ${example}. Got ${kindOf(given)}`);
  }
  for (const origin of given as unknown[]) {
    const found = typeof origin === "string" ? problem(origin) : `lists ${kindOf(origin)}, where only texts can be. ${byFunction(option)}`;
    if (found !== undefined) throw new TypeError(`createGateway: \`${option}\` ${found}`);
  }
  const origins = new Set<string>(given as string[]);
  return async (origin) => origins.has(origin);
}

async function callTest(option: OriginOption, test: GatewayOriginTest, origin: string, request: Request, end: AbortSignal): Promise<boolean> {
  const answer: unknown = await within(end, Promise.resolve(test(origin, request)));
  if (typeof answer !== "boolean") throw new TypeError(`createGateway: the function \`${option}\` must answer true or false, got ${kindOf(answer)}`);
  return answer;
}

const byFunction = (option: OriginOption) => `To decide by a rule, pass a function: \`${option}: (origin) => …\``;

/** What keeps a text from being an origin of this option, and what to write instead. */
function problemOf(option: OriginOption, text: string, unsafeHttp: boolean): string | undefined {
  const shown = /@/.test(text) ? "an address with a user in it" : JSON.stringify(text.slice(0, 100));
  if (text.includes("*")) return `lists ${shown}, and wildcards are not supported. List each origin. ${byFunction(option)}`;
  if (text === "null") return 'lists "null", which every sandboxed frame sends. It cannot be told apart from others';
  const scheme = /^([a-z][a-z\d+.-]*):(?!\d+$)/i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return problemOfScheme(option, text, scheme, shown);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && scheme !== undefined && !isHostName(url.hostname)) {
    return `lists ${shown}, whose name no page has. Was a variable in it empty, or is it a pattern? List each origin. ${byFunction(option)}`;
  }
  if (scheme === undefined || !url) {
    const isHost = scheme === undefined && /^[\w.[\]:-]+$/.test(text) && URL.canParse(`https://${text}`);
    return `lists ${shown}, which is not an origin. Write ${isHost ? `"${usualOf(text)}"` : 'one such as "https://app.example"'}`;
  }
  if (!isSafe(url) && !unsafeHttp) return `lists ${shown}, which is plain http. Use https or, in development only, set \`unsafeHttpOrigins: true\``;
  return url.origin === text ? undefined : `lists ${shown}, which is more than an origin or not its usual form. Write "${url.origin}"`;
}

/** The origin that a name without a scheme is most likely meant to be. */
function usualOf(host: string): string {
  const local = new URL(`http://${host}`);
  return isSafe(local) ? local.origin : new URL(`https://${host}`).origin;
}

const webSchemes = ["about", "blob", "data", "file", "filesystem", "ftp", "javascript", "view-source", "ws", "wss"];

/** Extensions and native apps ask by schemes of their own. Users come back by http and https only. */
function problemOfScheme(option: OriginOption, text: string, scheme: string, shown: string): string | undefined {
  if (option === "redirectOrigins" || webSchemes.includes(scheme)) return `lists ${shown}, and ${scheme}: is not possible there. Use https`;
  if (/^[a-z][a-z\d+.-]*:\/\/[\w.~-]+(:\d{1,5})?$/.test(text)) return undefined;
  return `lists ${shown}, which is not an origin. Write the scheme and the name exactly, such as "chrome-extension://abcdefgh". ${byFunction(option)}`;
}
