import { requireMembers, requireOneOf, requireRule, rules, type ArgumentRule } from "./arguments.js";
import { isOAuth, type CatalogueScheme } from "./catalogue/apps.js";
import type { AuthorizationServer } from "./hosted/authorization-server.js";
import { sandboxError } from "./sandbox-error.js";
import { nobody } from "./sharing.js";
import { isTyped, type Account, type Integration, type Store } from "./store.js";
import type { AccountState, NewSandboxAccount } from "./types.js";

const oneOf = (...words: unknown[]): ArgumentRule => [`one of ${words.map(String).join(", ")}`, (value) => words.includes(value)];

const stateRules: Record<keyof AccountState, ArgumentRule> = {
  status: oneOf("ACTIVE", "INACTIVE", "FAILED", "EXPIRED", "REVOKED"),
  statusReason: rules.text,
  alias: rules.anyText,
  displayName: rules.text,
  rejects: oneOf("credentials", "scopes", null),
};

const accountRules: Record<keyof NewSandboxAccount, ArgumentRule> = {
  ...stateRules,
  app: rules.text,
  integrationId: rules.text,
  entityId: rules.text,
  accountType: oneOf("PRIVATE", "SHARED"),
  data: rules.object,
};

/** The platform's reasons for a status that a test sets. */
const reasons: Partial<Record<Account["status"], string>> = {
  FAILED: "OAuth callback failed during token exchange",
  EXPIRED: "Permanent auth error during token refresh",
  REVOKED: "Revoked via admin tool",
};

/** Adds an account that a user has connected before. @throws `invalid_argument`. */
export function addOwnAccount(store: Store, authorizationServer: AuthorizationServer, given: NewSandboxAccount): Account {
  requireMembers("an account", given, accountRules);
  requireRule(rules.text, "`app` of an account", given.app);
  const { entityId = "default", accountType = "PRIVATE", data, ...state } = given;
  const integration = integrationOf(store, given);
  requireFreeAlias(store, given.alias, { integration, entityId });
  const account = store.addAccount({
    integration,
    entityId,
    accountType,
    accessList: { ...nobody, allow_all_users: accountType === "SHARED" },
    begunBy: "link",
    callbackUrl: null,
    status: "ACTIVE",
    data: { ...(data ?? placeholders(integration.scheme)) },
    tokens: isOAuth(integration.scheme) ? authorizationServer.issue(integration.scheme.scopes.join(" ")) : {},
  });
  return change(store, account, state);
}

/** Changes an account. @throws `invalid_argument`. */
export function changeOwnAccount(store: Store, accountId: string, changes: AccountState): Account {
  requireMembers("the changes of an account", changes, stateRules);
  const account = store.account(accountId);
  if (!account) throw sandboxError("invalid_argument", `\`changeAccount\`: no account has the id \`${accountId}\``);
  requireFreeAlias(store, changes.alias, account);
  return change(store, account, changes);
}

function change(store: Store, account: Account, { status, statusReason, alias, displayName, rejects }: AccountState): Account {
  const stored = status === "INACTIVE" ? "ACTIVE" : status;
  if (stored === "REVOKED" && !isTyped(account)) store.revoke(account, "");
  store.update(account, {
    ...(stored && { status: stored, isDisabled: status === "INACTIVE", statusReason: statusReason ?? reasons[stored] ?? null, expiresAtMs: store.now() }),
    ...(alias !== undefined && { alias: alias || null }),
    ...(displayName !== undefined && { displayName }),
    ...(rejects !== undefined && { rejects }),
  });
  return account;
}

function integrationOf(store: Store, { app, integrationId }: NewSandboxAccount): Integration {
  requireOneOf("the key of an app", app, store.apps.map(({ key }) => key));
  const usable = store.integrations.filter((integration) => integration.app.key === app && integration.isEnabled && !integration.isDeleted);
  if (integrationId !== undefined) requireOneOf(`the id of an integration of \`${app}\``, integrationId, usable.map(({ id }) => id));
  const found = usable.find(({ id }) => integrationId === undefined || id === integrationId);
  if (!found) throw sandboxError("invalid_argument", `\`${app}\` has no integration`);
  return found;
}

function requireFreeAlias(store: Store, alias: string | undefined, owner: Pick<Account, "integration" | "entityId"> & { id?: string }): void {
  if (alias !== undefined && store.isAliasTaken(alias, owner)) {
    throw sandboxError("invalid_argument", `\`alias\` of an account must be unique for an entity and an app, got \`${alias}\` twice`);
  }
}

const placeholders = ({ userFields }: CatalogueScheme) =>
  Object.fromEntries(userFields.filter(({ required }) => required).map(({ name, default: value }) => [name, value || "sandbox"]));
