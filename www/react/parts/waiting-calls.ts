export interface ToolCall {
  id: string;
  app: string;
  action: string;
  input: string;
}

/** Runs one transaction on the calls that wait for a connection, and returns the result of its first request. */
async function transact<T>(use: (calls: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open("chat", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "id" });
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    const transaction = database.transaction("waiting", "readwrite", { durability: "strict" });
    const request = use(transaction.objectStore("waiting"));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    database.close();
  }
}

/**
 * Waits until no other window handles the call. Then keeps the others waiting, until the signal is aborted or the page is closed. A popup that returns
 * to the chat waits for the window that opened it. `onWait` is called if this window has to wait.
 */
export async function hold(id: string, signal: AbortSignal, onWait?: () => void): Promise<void> {
  await Promise.resolve(); // StrictMode aborts its first effect at once.
  await new Promise<void>((resolve, reject) => {
    const use = (lock: Lock | null): Promise<unknown> => {
      signal.throwIfAborted();
      if (lock) {
        resolve();
        return new Promise((release) => signal.addEventListener("abort", release));
      }
      onWait?.();
      return navigator.locks.request(`chat:${id}`, { signal }, use);
    };
    navigator.locks.request(`chat:${id}`, { ifAvailable: true }, use).catch(reject);
  });
}

/** Stores a call that failed with `connection_required`. */
export const remember = (call: ToolCall) => transact((calls) => calls.put(call));

/** The call that waits, also after a reload. */
export const waiting = (id: string) => transact<ToolCall | undefined>((calls) => calls.get(id));

/** Takes the call out. Only one caller gets it, in any tab. */
export const take = (id: string) => transact<ToolCall | undefined>((calls) => {
  const found = calls.get(id);
  calls.delete(id);
  return found;
});
