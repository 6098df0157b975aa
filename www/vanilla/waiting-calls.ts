// Calls of actions that wait for a connection. They survive a reload and a redirect, and each one is run by one tab only: running a call starts
// with taking it out of the database, in one transaction. For people to copy.

/** Runs one transaction on the calls, and returns the result of its first request. */
async function transact(use) {
  const opening = indexedDB.open("chat", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "id" });
  const database = await new Promise((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    const transaction = database.transaction("waiting", "readwrite", { durability: "strict" });
    const request = use(transaction.objectStore("waiting"));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    database.close();
  }
}

/** Stores a call, `{ id, app, action, input }`. */
export const remember = (call) => transact((calls) => calls.put(call));

/** The call that waits; undefined if it has been taken. */
export const waiting = (id) => transact((calls) => calls.get(id));

/** Takes the call out. Only one caller gets it. */
export const take = (id) =>
  transact((calls) => {
    const found = calls.get(id);
    calls.delete(id);
    return found;
  });
