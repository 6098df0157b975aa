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

/** Accounts that were connected here: `{ id, app, entity }`, newest first. The two generations of the API name them differently. */
export function accounts(api) {
  const key = `demo:accounts:${api}`;
  return {
    list: () => list(key),
    add: (account) => write("localStorage", key, [account, ...list(key).filter(({ id }) => id !== account.id)].slice(0, 50)),
    remove: (id) => write("localStorage", key, list(key).filter((account) => account.id !== id)),
  };
}

/** Attempts that the user has seen the end of, or started over. */
export const settled = {
  has: (flowId) => list("demo:settled").some((attempt) => attempt.flowId === flowId),
  add: ({ flowId, expiresAtMs }) => {
    const alive = list("demo:settled").filter((attempt) => attempt.expiresAtMs > Date.now());
    write("localStorage", "demo:settled", [...alive, { flowId, expiresAtMs }]);
  },
};

/** What this tab did before the user left for the provider: `{ id, app, lines }`. */
export const trail = {
  get: () => read("sessionStorage", "demo:trail", undefined),
  set: (value) => write("sessionStorage", "demo:trail", value),
};
