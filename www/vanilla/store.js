// What the demo stores between visits: names and ids, never a typed value.

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
    // The storage is full or forbidden. The page works without it.
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

/** How the user signs in: `popup` or `redirect`. */
export const mode = {
  get: () => read("localStorage", "demo:mode", undefined),
  set: (name) => write("localStorage", "demo:mode", name),
};

const ACCOUNTS = "demo:accounts";

/** Accounts that were connected in this browser: `{ id, app, entity }`, newest first. */
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

/** Attempts that have ended or were started over. */
export const settled = attempts("demo:settled");

/** Attempts in a popup, for early.js. */
export const popups = attempts("demo:popups");

/**
 * The attempt whose user left this tab for the provider: `{ flowId, connectedAccountId, app, entityId, lines, isPopup }`. With
 * `isPopup`, the user left in a popup, and this tab waits.
 */
export const leftAttempt = {
  get: () => read("sessionStorage", "demo:left-attempt", undefined),
  set: (value) => write("sessionStorage", "demo:left-attempt", value),
};
