import { randomBytes, webcrypto } from "node:crypto";
import { consentPage, errorPage, loginPage } from "./authorization-pages.mjs";
import { memoryAdapter } from "./memory-adapter.mjs";
import { errors, Provider } from "./oidc-provider.mjs";

/** The users who can sign in. The sign-in page lists them. */
export const users = [
  { id: "user-jessica", name: "Jessica", password: "jessica-password" },
  { id: "user-melissa", name: "Melissa", password: "melissa-password" },
];

const scopes = {
  openid: "Know who you are",
  email: "See your email address",
  "mail.read": "Read your mail",
  "mail.send": "Send mail as you",
  "tickets.read": "Read your tickets",
  "tickets.write": "Answer your tickets",
  "contacts.read": "Read your contacts",
};

const bodyLimit = 16 * 1024;

/**
 * An OAuth 2 and OpenID Connect authorization server with one confidential client. It requires PKCE with S256, rotates refresh tokens,
 * supports revocation, and keeps its state in memory.
 * @param issuer its own origin.
 * @param client `{ id, secret, name, redirectUris }`. Authenticates with `client_secret_basic`.
 * @param accessTokenTtlSeconds the lifetime of an access token. Default 3600.
 * @param coop whether its pages send `Cross-Origin-Opener-Policy: same-origin`, as many providers do. Default false.
 * @returns a listener for `node:http`.
 */
export async function createAuthorizationServer({ issuer, client, accessTokenTtlSeconds = 3600, coop = false }) {
  const provider = new Provider(issuer, await configure(client, accessTokenTtlSeconds));
  provider.use(async (ctx, next) => {
    ctx.set({ "referrer-policy": "no-referrer", "x-content-type-options": "nosniff" });
    if (coop) ctx.set("cross-origin-opener-policy", "same-origin");
    const [, uid, action] = ctx.path.match(/^\/interaction\/([\w-]+)(?:\/(login|consent))?$/) ?? [];
    if (!uid) return next();
    try {
      await interact(provider, client, ctx, action);
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      const text = "It was finished already, or it took too long. Start again from the app.";
      show(ctx, 400, errorPage({ title: "This sign-in is over", text }));
    }
  });
  return provider.callback();
}

async function configure(client, accessTokenTtlSeconds) {
  const { privateKey } = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { d, x, y, crv, kty } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const minutes = (count) => () => count * 60;
  return {
    adapter: memoryAdapter(),
    clients: [{
      client_id: client.id,
      client_secret: client.secret,
      client_name: client.name,
      redirect_uris: client.redirectUris,
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
      id_token_signed_response_alg: "ES256",
    }],
    scopes: Object.keys(scopes),
    claims: { openid: ["sub"], email: ["email"] },
    jwks: { keys: [{ kty, crv, x, y, d, alg: "ES256", use: "sig", kid: "demo" }] },
    cookies: {
      keys: [randomBytes(32).toString("base64url")],
      // Every server on localhost shares one cookie jar, whatever its port.
      names: { session: "demo_accounts_session", interaction: "demo_accounts_interaction", resume: "demo_accounts_resume" },
    },
    responseTypes: ["code"],
    clientAuthMethods: ["client_secret_basic"],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, id) => {
      const user = users.find((user) => user.id === id);
      return user && { accountId: id, claims: () => ({ sub: id, email: `${user.name.toLowerCase()}@demo.example` }) };
    },
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    expiresWithSession: () => false,
    clientBasedCORS: () => false,
    renderError: (ctx, { error, error_description: text = error }) =>
      show(ctx, ctx.status, errorPage({ title: "This does not work", text })),
    ttl: {
      AccessToken: () => accessTokenTtlSeconds,
      AuthorizationCode: minutes(1),
      Grant: minutes(24 * 60),
      IdToken: minutes(60),
      Interaction: minutes(60),
      RefreshToken: minutes(24 * 60),
      Session: minutes(24 * 60),
    },
  };
}

/** Shows the page of an interaction, or handles its form. */
async function interact(provider, client, ctx, action) {
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  const { uid, prompt } = details;
  const finish = (result) => {
    ctx.respond = false;
    return provider.interactionFinished(ctx.req, ctx.res, result);
  };
  if (ctx.method !== "POST") return show(ctx, 200, promptPage(details, client));
  if (action !== prompt.name) return show(ctx, 400, errorPage({ title: "This does not work", text: "The form belongs to another step." }));
  const form = await readForm(ctx.req);
  if (form.get("decision") === "deny") {
    return finish({ error: "access_denied", error_description: "The user denied the request" });
  }
  if (action === "consent") return finish({ consent: { grantId: await grant(provider, details) } });
  const user = authenticate(form);
  if (user) {
    await signOutOthers(provider, ctx, details, user);
    return finish({ login: { accountId: user.id, remember: false } });
  }
  show(ctx, 200, loginPage({ uid, clientName: client.name, users, name: form.get("username") ?? "", hasFailed: true }));
}

function promptPage({ uid, prompt, params, session }, client) {
  const clientName = client.name;
  if (prompt.name === "login") return loginPage({ uid, clientName, users });
  const userName = users.find(({ id }) => id === session.accountId)?.name;
  const requested = params.scope.split(" ").map((scope) => scopes[scope]).filter(Boolean);
  return consentPage({ uid, clientName, userName, scopes: requested });
}

/** Ends another user's session, so that one browser can connect accounts of both. Otherwise oidc-provider would ask first. */
async function signOutOthers(provider, ctx, interaction, user) {
  const session = await provider.Session.get(ctx);
  if (!session.accountId || session.accountId === user.id) return;
  await session.destroy();
  if (interaction.session) delete interaction.session.uid;
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
}

async function grant(provider, { grantId, session, params, prompt }) {
  const existing = grantId && (await provider.Grant.find(grantId));
  const grant = existing || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const { missingOIDCScope, missingOIDCClaims } = prompt.details;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(" "));
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
  return grant.save();
}

function authenticate(form) {
  const name = form.get("username")?.trim().toLowerCase();
  return users.find((user) => user.name.toLowerCase() === name && user.password === form.get("password"));
}

async function readForm(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyLimit) throw Object.assign(new Error("form too big"), { status: 413, expose: true });
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function show(ctx, status, { headers, document }) {
  ctx.status = status;
  ctx.set(headers);
  ctx.body = document;
}
