/**
 * Whether a string can be an id in a path: letters, digits, `_` and `-`, at most 200. `all` is refused because the platform takes it for every
 * account of every user.
 */
export const isId = (text: string): boolean => /^[\w-]{1,200}$/.test(text) && text.toLowerCase() !== "all";
