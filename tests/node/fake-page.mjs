/**
 * A `location` and a `history`, installed as globals until `closePage`.
 * @returns
 * - `location`: set its `href` to move the page.
 * - `assigned`: the addresses that `location.assign` was called with.
 * - `replaced`: the calls of `history.replaceState`, each `[state, url]`.
 */
export function openPage(href) {
  const [assigned, replaced] = [[], []];
  const location = {
    href,
    get origin() {
      return new URL(this.href).origin;
    },
    assign: (url) => assigned.push(url),
  };
  const history = { state: { router: 1 }, replaceState: (state, _, url) => replaced.push([state, (location.href = url)]) };
  Object.assign(globalThis, { location, history });
  return { location, assigned, replaced };
}

export function closePage() {
  delete globalThis.location;
  delete globalThis.history;
}
