// Makes the data and errors that the module answers, from JSON. In JavaScript, because the browser does it in one call.

// The page may replace its functions later.
const { parse } = JSON;
const { freeze } = Object;

export const plain = (json) => parse(new TextDecoder().decode(json));

/** Freezes all objects inside the data, but not the data itself. */
export const withFrozenMembers = (json) => parse(new TextDecoder().decode(json), (name, value) => (name ? freeze(value) : value));

/** @param cause the cause alone in a list, or an empty list. */
export function failure(json, [...cause]) {
  const { message, ...members } = withFrozenMembers(json);
  if (cause.length) [members.cause] = cause;
  // Defined, not assigned: a frozen prototype makes its members read-only.
  return Object.defineProperties(new Error(message), Object.getOwnPropertyDescriptors({ name: "ConnectError", ...members }));
}

export const frozen = (snapshot, fields, error) =>
  freeze({ ...snapshot, ...(error && { error: freeze(error) }), expectedInputFields: freeze(fields) });
