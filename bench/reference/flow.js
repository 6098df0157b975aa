import { readFields, validateParams } from "./validate.js";

/** The part of a flow that this benchmark uses: the state `ready`, and a submit with invalid values. */
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
