// Own code because the messages of `JSON.parse` often give no position, and a parser that does would add its licence to the package.

const space = /[ \t\r\n]*/y;
const scalar = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class NotJson {
  constructor(readonly offset: number) {}
}

/** The offset of the first character at which a text is no longer JSON (RFC 8259). The length of the text if it is valid JSON or ends too early. */
export function jsonErrorOffset(text: string): number {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const isFound = pattern.test(text);
    if (isFound) at = pattern.lastIndex;
    return isFound;
  };
  const takes = (mark: string): boolean => {
    skip(space);
    const isFound = text[at] === mark;
    if (isFound) at += 1;
    return isFound;
  };
  const need = (isFound: boolean): void => {
    if (!isFound) throw new NotJson(at);
  };
  const member = (): void => {
    skip(space);
    need(text[at] === '"');
    need(skip(scalar));
    need(takes(":"));
    value();
  };
  const list = (item: () => void, end: string): void => {
    if (takes(end)) return;
    do item();
    while (takes(","));
    need(takes(end));
  };
  const value = (): void => {
    if (takes("[")) list(value, "]");
    else if (takes("{")) list(member, "}");
    else need(skip(scalar));
  };
  try {
    value();
    skip(space);
    return at;
  } catch (error) {
    if (error instanceof NotJson) return error.offset;
    throw error;
  }
}
