// What the demo remembers between visits: names and ids, never a value that somebody typed.

const read = (storage, key, fallback) => {
  try {
    return JSON.parse(window[storage].getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
};

const write = (storage, key, value) => {
  try {
    window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the page works, it only forgets.
  }
};

const list = (key) => {
  const value = read("localStorage", key, []);
  return Array.isArray(value) ? value : [];
};

export const entity = {
  get: () => read("localStorage", "demo:entity", undefined),
  set: (name) => write("localStorage", "demo:entity", name),
};

/** How the user is sent to sign in: `popup` or `redirect`. */
export const mode = {
  get: () => read("localStorage", "demo:mode", undefined),
  set: (name) => write("localStorage", "demo:mode", name),
};

const ACCOUNTS = "demo:accounts";

/** Accounts that were connected here: `{ id, app, entity }`, newest first. */
export const accounts = {
  list: () => list(ACCOUNTS),
  add: (account) => write("localStorage", ACCOUNTS, [account, ...list(ACCOUNTS).filter(({ id }) => id !== account.id)].slice(0, 50)),
  remove: (id) => write("localStorage", ACCOUNTS, list(ACCOUNTS).filter((account) => account.id !== id)),
};

const attempts = (key) => ({
  has: (flowId) => list(key).some((attempt) => attempt.flowId === flowId),
  add: ({ flowId, expiresAtMs }) => {
    const alive = list(key).filter((attempt) => attempt.expiresAtMs > Date.now());
    write("localStorage", key, [...alive, { flowId, expiresAtMs }]);
  },
});

/** Attempts that the user has seen the end of, or started over. */
export const settled = attempts("demo:settled");

/** Attempts whose user is in a popup; for early.js. */
export const popups = attempts("demo:popups");

/**
 * What this tab did before the user left for the provider: `{ flowId, connectedAccountId, app, entityId, lines, isPopup }`.
 * With `isPopup` the tab itself is still here, and waits.
 */
export const trail = {
  get: () => read("sessionStorage", "demo:trail", undefined),
  set: (value) => write("sessionStorage", "demo:trail", value),
};
