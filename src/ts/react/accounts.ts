// The store behind `useConnectedAccounts`. Independent of React.
import type { ConnectedAccount, ConnectError } from "../index.js";
import { createStore, type Source } from "./stores.js";
import type { ConnectedAccountsOptions, ConnectedAccountsState } from "./types.js";

/** A list of accounts that is requested while components listen: one request at a time, and none while the page is hidden. */
export function createAccounts(source: Source, options: ConnectedAccountsOptions) {
  let isDue: boolean;
  let running: Promise<void> | undefined, channel: BroadcastChannel | undefined;
  const set = (change: Partial<ConnectedAccountsState>) => store.set({ ...store.get(), ...change });
  const load = async () => {
    isDue = false;
    set({ isLoading: true });
    try {
      const client = await source.load();
      const accounts: ConnectedAccount[] = [];
      // The first list appears after its first page of 50, and whenever it has doubled, so that rendering takes linear time.
      let due = store.get().accounts ? 0 : 50;
      // `ALL` includes the accounts that the user shares with others.
      for await (const account of client.connectedAccounts.list({ ...options, accountType: "ALL" })) {
        if (accounts.push(account) === due) set({ accounts: [...accounts] }), (due *= 2);
      }
      set({ accounts, error: null });
    } catch (error) {
      set({ error: error as ConnectError });
    }
    running = undefined;
    set({ isLoading: false });
    if (isDue) await reload();
  };
  /** The answer to a request under way may be older than a change, so another request follows it. */
  const reload = async () => {
    if (document.hidden || !store.isUsed()) return;
    isDue = true;
    await (running ??= load());
  };
  /** The user is back. A request under way is recent enough. */
  const show = () => running ?? reload();
  const store = createStore<ConnectedAccountsState>({ error: null, isLoading: true, reload } as ConnectedAccountsState, () => {
    for (const name of ["visibilitychange", "focus", "online"]) addEventListener(name, show);
    try {
      channel = new BroadcastChannel("connect-flow:accounts");
      channel.onmessage = reload;
    } catch { /* Forbidden. Changes appear when the user comes back to the page. */ }
    void reload();
  }, () => {
    for (const name of ["visibilitychange", "focus", "online"]) removeEventListener(name, show);
    channel?.close();
  });
  return store;
}
