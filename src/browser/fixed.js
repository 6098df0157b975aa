/** Whether a value and everything inside it is frozen. The value has an end: it was decoded before. */
export function isFixed(value) {
  const isFrozen = (one) => Object(one) !== one || (Object.isFrozen(one) && Object.values(one).every(isFrozen));
  try {
    return isFrozen(value);
  } catch {
    // A trap of a proxy.
    return false;
  }
}
