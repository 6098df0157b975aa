import { kindOf } from "./kind-of.js";
import { within } from "./limits.js";
import type { OriginRule } from "./settings.js";
import type { GatewayOriginTest } from "./types.js";

type OriginOption = "origins" | "redirectOrigins";

/**
 * Whether a request comes from a page that may use the gateway. Browsers send the origin, and pages cannot change it. A request without these
 * headers does not come from a browser, so it carries no cookies of a user. `X-Forwarded-*` is ignored, because anyone can send it.
 */
export async function isOwnPage(request: Request, mayAsk: (origin: string) => Promise<boolean>): Promise<boolean> {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isOwn = site !== null
    ? site === "same-origin" || (site === "none" && request.method === "GET")
    : origin === null || isSameOrigin(origin, new URL(request.url));
  return isOwn || (origin !== null && mayAsk(origin));
}

/** Whether the origin is the gateway's, for browsers without `Sec-Fetch-Site`. Behind a TLS proxy the gateway's own URL is `http`. */
function isSameOrigin(origin: string, here: URL): boolean {
  return origin === here.origin || (here.protocol === "http:" && origin === `https://${here.host}`);
}

/** Whether a page can have this host name. Excludes patterns, and variables without a value. */
function isHostName(hostname: string): boolean {
  return /^(\[[\da-f:.]+\]|([\w-]+\.)*[\w-]+\.?)$/.test(hostname) && !/^(undefined|null|nan)(\.|$)/.test(hostname);
}

/** Whether nobody else can read the traffic: TLS, or loopback. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

/** Parses an option into a rule: a list of exact origins, or the app's function. @throws `TypeError` with a suggestion. */
export function parseOrigins(option: OriginOption, given: unknown, unsafeHttp: boolean): OriginRule {
  const problem = (origin: string) => problemOf(option, origin, unsafeHttp);
  if (typeof given === "function") {
    return async (origin, request, end) => {
      const isPlainHttp = problem(origin) !== undefined && problemOf(option, origin, true) === undefined;
      // Developers need to know about the option that allows this.
      if (isPlainHttp) throw new Error(`createGateway: the function \`${option}\` is not called for plain http. Use https or, in development only, set \`unsafeHttpOrigins: true\``);
      return problem(origin) === undefined && callTest(option, given as GatewayOriginTest, origin, request, end);
    };
  }
  if (!Array.isArray(given)) {
    const example = 'such as ["https://app.example"], or a function (origin, request) => boolean';
    throw new TypeError(`createGateway: \`${option}\` must be an array of origins, ${example}. Got ${kindOf(given)}`);
  }
  for (const origin of given as unknown[]) {
    const found = typeof origin === "string" ? problem(origin) : `lists ${kindOf(origin)}, but may list only strings. ${byFunction(option)}`;
    if (found !== undefined) throw new TypeError(`createGateway: \`${option}\` ${found}`);
  }
  const origins = new Set<string>(given as string[]);
  return async (origin) => origins.has(origin);
}

async function callTest(option: OriginOption, test: GatewayOriginTest, origin: string, request: Request, end: AbortSignal): Promise<boolean> {
  const answer: unknown = await within(end, Promise.resolve(test(origin, request)));
  if (typeof answer !== "boolean") throw new TypeError(`createGateway: the function \`${option}\` must return true or false, got ${kindOf(answer)}`);
  return answer;
}

const byFunction = (option: OriginOption) => `To decide by a rule, pass a function: \`${option}: (origin) => …\``;

/** Why a string is not an origin for this option, and what to write instead; undefined for an origin. */
function problemOf(option: OriginOption, text: string, unsafeHttp: boolean): string | undefined {
  const shown = /@/.test(text) ? "an address with a user in it" : JSON.stringify(text.slice(0, 100));
  if (text.includes("*")) return `lists ${shown}, and wildcards are not supported. List each origin. ${byFunction(option)}`;
  if (text === "null") return 'lists "null", which every sandboxed frame sends. It cannot be told apart from others';
  const scheme = /^([a-z][a-z\d+.-]*):(?!\d+$)/i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return problemOfScheme(option, text, scheme, shown);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && scheme !== undefined && !isHostName(url.hostname)) {
    return `lists ${shown}, whose host name is not valid. Is it a pattern, or was a variable empty? List each origin. ${byFunction(option)}`;
  }
  if (scheme === undefined || !url) {
    const isHost = scheme === undefined && /^[\w.[\]:-]+$/.test(text) && URL.canParse(`https://${text}`);
    return `lists ${shown}, which is not an origin. Write ${isHost ? `"${originOfHost(text)}"` : 'one such as "https://app.example"'}`;
  }
  if (!isSafe(url) && !unsafeHttp) return `lists ${shown}, which is plain http. Use https or, in development only, set \`unsafeHttpOrigins: true\``;
  return url.origin === text ? undefined : `lists ${shown}, which is not the exact spelling of an origin. Write "${url.origin}"`;
}

/** The most likely origin of a name without a scheme. */
function originOfHost(host: string): string {
  const local = new URL(`http://${host}`);
  return isSafe(local) ? local.origin : new URL(`https://${host}`).origin;
}

const webSchemes = ["about", "blob", "data", "file", "filesystem", "ftp", "javascript", "view-source", "ws", "wss"];

/** Extensions and native apps have their own schemes. Users can only return by http and https. */
function problemOfScheme(option: OriginOption, text: string, scheme: string, shown: string): string | undefined {
  if (option === "redirectOrigins" || webSchemes.includes(scheme)) return `lists ${shown}, and ${scheme}: is not allowed there. Use https`;
  if (/^[a-z][a-z\d+.-]*:\/\/[\w.~-]+(:\d{1,5})?$/.test(text)) return undefined;
  return `lists ${shown}, which is not an origin. Write the scheme and the name exactly, such as "chrome-extension://abcdefgh". ${byFunction(option)}`;
}
