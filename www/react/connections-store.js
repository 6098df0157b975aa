/** The polling interval while a connection is pending, otherwise, and the longest one after failures. */
const PENDING_MS = 3_000;
const IDLE_MS = 15_000;
const MAX_MS = 60_000;

const isWaiting = ({ status }) => ["INITIATED", "INITIALIZING", "PENDING"].includes(status);

/** Tells this site's other tabs that an account was changed. */
export const changes = new BroadcastChannel("connect-flow-demo");

/**
 * A store of these entities' connected accounts, for `useSyncExternalStore`. It reloads when the page is shown or focused, when another
 * tab changes an account, and by polling: often while a connection is pending, otherwise rarely, and never while the page is hidden.
 * @param clients by entity.
 * @param announce receives a sentence for each change that a reload finds.
 */
export function createConnections({ clients, entities, nameOf, announce }) {
  const listeners = new Set();
  let state = { accounts: undefined, error: undefined, isLoading: false, atMs: undefined };
  let current, next, timer;
  let failures = 0;

  function set(change) {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  async function load() {
    clearTimeout(timer);
    set({ isLoading: true });
    try {
      const lists = await Promise.all(entities.map((entity) => clients[entity].entity(entity).getConnections()));
      const accounts = new Map(entities.map((entity, index) => [entity, lists[index].sort(newestFirst)]));
      if (state.accounts) differences(state.accounts, accounts, nameOf).forEach((sentence) => announce(sentence));
      failures = 0;
      set({ accounts, error: undefined, isLoading: false, atMs: Date.now() });
    } catch (error) {
      failures += 1;
      set({ error, isLoading: false });
    }
    schedule();
  }

  /** Resolves after a load that began after this call. Concurrent calls share it. */
  function reload() {
    if (current) {
      next ??= current.then(() => {
        next = undefined;
        return reload();
      });
      return next;
    }
    current = load().finally(() => {
      current = undefined;
    });
    return current;
  }

  function schedule() {
    clearTimeout(timer);
    if (!listeners.size || document.hidden || !navigator.onLine) return;
    const hasPending = [...(state.accounts?.values() ?? [])].flat().some(isWaiting);
    const backoff = Math.max(state.error?.retryAfterMs ?? 0, Math.min(PENDING_MS * 2 ** (failures - 1), MAX_MS));
    timer = setTimeout(reload, failures ? backoff : hasPending ? PENDING_MS : IDLE_MS);
  }

  const refresh = () => (document.hidden ? clearTimeout(timer) : void reload());

  const events = [
    [document, "visibilitychange", refresh],
    [window, "focus", refresh],
    [window, "online", refresh],
    // The Back button at the provider restores the page from the back/forward cache.
    [window, "pageshow", (event) => event.persisted && refresh()],
    [changes, "message", refresh],
  ];

  return {
    reload,
    getSnapshot: () => state,
    subscribe(listener) {
      if (!listeners.size) {
        for (const [target, type, handler] of events) target.addEventListener(type, handler);
        void reload();
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

/** A sentence for each account that was added, deleted or changed. */
function differences(before, after, nameOf) {
  const sentences = [];
  for (const [entity, accounts] of after) {
    const known = new Map(before.get(entity).map((account) => [account.id, account]));
    for (const account of accounts) {
      const old = known.get(account.id);
      known.delete(account.id);
      const name = `${nameOf(account.app)} of ${entity}`;
      if (!old) sentences.push(`${name} was added: ${account.status}.`);
      else if (old.isDisabled !== account.isDisabled) sentences.push(`${name} is ${account.isDisabled ? "disabled" : "enabled"}.`);
      else if (old.status !== account.status) sentences.push(`${name} is ${account.status}.`);
    }
    for (const account of known.values()) sentences.push(`${nameOf(account.app)} of ${entity} is deleted.`);
  }
  return sentences;
}
