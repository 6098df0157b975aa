/** How long until the platform is asked again, in milliseconds. */
const LIVELY_MS = 3_000;
const CALM_MS = 15_000;
const MOST_MS = 60_000;

const isWaiting = ({ status }) => ["INITIATED", "INITIALIZING", "PENDING"].includes(status);

/** What this site's other tabs are told when something was done to an account. */
export const changes = new BroadcastChannel("connect-flow-demo");

/**
 * Everything that these entities have connected, as the platform reports it, for `useSyncExternalStore`. It asks again when
 * the page is looked at, when another tab did something, and now and then: soon while a connection waits for its user, rarely
 * otherwise, never while nobody looks.
 * @param clients by entity.
 * @param announce is told each difference to what was known, as a sentence.
 */
export function createConnections({ clients, entities, nameOf, announce }) {
  const listeners = new Set();
  let state = { accounts: undefined, error: undefined, isLooking: false, atMs: undefined };
  let current, next, timer;
  let failures = 0;

  function set(change) {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  async function ask() {
    clearTimeout(timer);
    set({ isLooking: true });
    try {
      const lists = await Promise.all(entities.map((entity) => clients[entity].entity(entity).getConnections()));
      const accounts = new Map(entities.map((entity, index) => [entity, lists[index].sort(newestFirst)]));
      if (state.accounts) differences(state.accounts, accounts, nameOf).forEach((sentence) => announce(sentence));
      failures = 0;
      set({ accounts, error: undefined, isLooking: false, atMs: Date.now() });
    } catch (error) {
      failures += 1;
      set({ error, isLooking: false });
    }
    plan();
  }

  /** Resolves when the platform has answered a question that was asked after this call. */
  function look() {
    if (current) {
      next ??= current.then(() => {
        next = undefined;
        return look();
      });
      return next;
    }
    current = ask().finally(() => {
      current = undefined;
    });
    return current;
  }

  function plan() {
    clearTimeout(timer);
    if (!listeners.size || document.hidden || !navigator.onLine) return;
    const isLively = [...(state.accounts?.values() ?? [])].flat().some(isWaiting);
    const patience = Math.max(state.error?.retryAfterMs ?? 0, Math.min(LIVELY_MS * 2 ** (failures - 1), MOST_MS));
    timer = setTimeout(look, failures ? patience : isLively ? LIVELY_MS : CALM_MS);
  }

  const seen = () => (document.hidden ? clearTimeout(timer) : void look());

  const events = [
    [document, "visibilitychange", seen],
    [window, "focus", seen],
    [window, "online", seen],
    // Back from the provider by the browser's own button.
    [window, "pageshow", (event) => event.persisted && seen()],
    [changes, "message", seen],
  ];

  return {
    look,
    getSnapshot: () => state,
    subscribe(listener) {
      if (!listeners.size) {
        for (const [target, type, handler] of events) target.addEventListener(type, handler);
        void look();
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size) return;
        clearTimeout(timer);
        for (const [target, type, handler] of events) target.removeEventListener(type, handler);
      };
    },
  };
}

const newestFirst = (a, b) => String(b.createdAt ?? "").localeCompare(String(a.createdAt ?? ""));

/** What is new, gone or otherwise than before, in sentences. */
function differences(before, after, nameOf) {
  const sentences = [];
  for (const [entity, accounts] of after) {
    const known = new Map(before.get(entity).map((account) => [account.id, account]));
    for (const account of accounts) {
      const old = known.get(account.id);
      known.delete(account.id);
      const name = `${nameOf(account.app)} of ${entity}`;
      if (!old) sentences.push(`${name} was added: ${account.status}.`);
      else if (old.isDisabled !== account.isDisabled) sentences.push(`${name} is switched ${account.isDisabled ? "off" : "on"}.`);
      else if (old.status !== account.status) sentences.push(`${name} is ${account.status}.`);
    }
    for (const account of known.values()) sentences.push(`${nameOf(account.app)} of ${entity} is deleted.`);
  }
  return sentences;
}
