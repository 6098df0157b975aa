import { profile } from "../profile.js";
import { nano } from "../store.js";
import type { OAuthPort } from "../types.js";
import { html, pageResponse, redirectResponse } from "./html.js";

const authorizePath = "/oauth/authorize";
const revokePath = "/oauth/revoke";

/** The paths of the built-in authorization server. */
export const authorizationServerPaths = [authorizePath, revokePath];

type Tokens = Record<string, unknown>;

interface AuthorizationRequest {
  app: string;
  redirectUri: string;
  scopes: string[];
}

/** The sandbox's own authorization server: one user, and one page with the buttons Allow and Deny. */
export class AuthorizationServer implements OAuthPort {
  #pending = new Map<string, AuthorizationRequest>();
  #codes = new Map<string, AuthorizationRequest>();
  #grants: Tokens[] = [];

  reset(): void {
    this.#pending.clear();
    this.#codes.clear();
    this.#grants = [];
  }

  async start(input: AuthorizationRequest): Promise<{ url: string; session: unknown }> {
    const state = nano(32);
    const url = new URL(authorizePath, input.redirectUri);
    url.search = new URLSearchParams({
      response_type: "code", client_id: "sandbox", redirect_uri: input.redirectUri, scope: input.scopes.join(" "), state,
    }).toString();
    this.#pending.set(state, input);
    return { url: url.href, session: state };
  }

  async finish({ callbackUrl, session }: { callbackUrl: URL; session: unknown }): ReturnType<OAuthPort["finish"]> {
    const { error, error_description, code, state } = Object.fromEntries(callbackUrl.searchParams);
    if (state !== session) return { ok: false, error: "invalid_request", errorDescription: "State does not match" };
    if (error) return { ok: false, error, ...(error_description && { errorDescription: error_description }) };
    const granted = this.#codes.get(code ?? "");
    this.#codes.delete(code ?? "");
    if (!granted) return { ok: false, error: "invalid_grant", errorDescription: "Unknown authorization code" };
    return { ok: true, tokens: this.issue(granted.scopes.join(" ")) };
  }

  async refresh({ tokens }: { tokens: Tokens }): Promise<{ ok: true; tokens: Tokens } | { ok: false; error: string }> {
    const grant = this.#grants.find(({ refresh_token }) => refresh_token === tokens.refresh_token);
    if (!grant) return { ok: false, error: "invalid_grant" };
    this.#revoke(grant.refresh_token);
    return { ok: true, tokens: this.issue(grant.scope) };
  }

  async userinfo({ tokens }: { tokens: Tokens }): Promise<{ ok: true; claims: Tokens } | { ok: false; error: string }> {
    const isKnown = this.#grants.some(({ access_token }) => access_token === tokens.access_token);
    return isKnown ? { ok: true, claims: { ...profile } } : { ok: false, error: "invalid_token" };
  }

  async revoke({ tokens }: { tokens: Tokens }): Promise<void> {
    this.#revoke(tokens.access_token);
  }

  /** Issues tokens, as if a user had allowed these scopes. */
  issue(scope: unknown): Tokens {
    const tokens = { access_token: nano(32), refresh_token: nano(32), token_type: "Bearer", expires_in: 3600, scope };
    this.#grants.push(tokens);
    return tokens;
  }

  #revoke(token: unknown): void {
    this.#grants = this.#grants.filter(({ access_token, refresh_token }) => ![access_token, refresh_token].includes(token));
  }

  async handle(request: Request, url: URL): Promise<Response> {
    if (url.pathname === authorizePath) return this.#authorize(request, url);
    if (request.method !== "POST") return new Response(null, { status: 405, headers: { allow: "POST" } });
    this.#revoke(new URLSearchParams(await request.text()).get("token"));
    return new Response();
  }

  /** Shows the page and takes its form. The `redirect_uri` is the one that `start` was given, whatever the URL says. */
  async #authorize(request: Request, url: URL): Promise<Response> {
    const state = url.searchParams.get("state") ?? "";
    const pending = this.#pending.get(state);
    if (!pending) return pageResponse(400, "Unknown authorization request", html`<p>Start again from the app.</p>`);
    if (request.method !== "POST") return consentPage(pending);
    const isAllowed = new URLSearchParams(await request.text()).get("decision") === "allow";
    this.#pending.delete(state);
    const back = new URL(pending.redirectUri);
    if (isAllowed) {
      const code = nano(32);
      this.#codes.set(code, pending);
      back.searchParams.set("code", code);
    } else {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "The user denied the request");
    }
    back.searchParams.set("state", state);
    return redirectResponse(back.href);
  }
}

function consentPage({ app, scopes }: AuthorizationRequest): Response {
  return pageResponse(200, `Allow access to ${app}?`, html`
<p>The sandbox platform asks for: ${scopes.join(", ")}.</p>
<form method="post">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" class="plain">Deny</button>
</form>`);
}
