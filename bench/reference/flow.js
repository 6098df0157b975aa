import { readFields, validateParams } from "./validate.js";

/** As much of a flow as this benchmark uses: `ready`, and a submit that the values do not pass. */
export function createFlow(basics) {
  const expectedInputFields = Object.freeze(readFields(basics.expectedInputFields));
  let snapshot = Object.freeze({ ...basics, expectedInputFields, state: "ready", issues: [] });
  const listeners = new Set();
  return {
    getSnapshot: () => snapshot,
    subscribe: (listener) => void listeners.add(listener),
    submit: async (data) => {
      const issues = validateParams(expectedInputFields, data);
      snapshot = Object.freeze({ ...snapshot, issues: Object.freeze(issues) });
      for (const listener of listeners) listener();
      return snapshot;
    },
  };
}
