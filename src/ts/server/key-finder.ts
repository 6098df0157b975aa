/** Shorter than this, a key is a word that any text may hold. */
const minLength = 8;
/** How many characters of a key, in a row, are no coincidence. */
const minRun = 12;
/** How many are a part of the key, however long that is. */
const maxRun = 16;
/** What is looked up at once. A run holds a whole one that begins at one of the places looked at, a `stride` apart. */
const gram = 8;
const stride = minRun - gram + 1;

/**
 * Answers whether a text holds the key: all or half of it, or 16 characters in a row, also reversed, in hex, base64, UTF-16 or escapes
 * of URLs, JSON or HTML, in any case. All of it is found also where spaces or marks stand between its letters, and as a list of its
 * bytes. Keys shorter than 8 characters are not looked for.
 */
export function keyFinder(apiKey: string): (text: string) => boolean {
  if (apiKey.length < minLength) return () => false;
  const bytes = new TextEncoder().encode(apiKey);
  const wide = Uint8Array.from([...bytes].flatMap((byte) => [byte, 0]));
  const encoded = [bytes, bytes.slice().reverse(), wide].flatMap((some) => [hexOf(some), ...[0, 1, 2].map((before) => base64(some, before))]);
  const twice = new TextEncoder().encode(btoa(apiKey));
  const all = [apiKey, [...apiKey].reverse().join(""), ...encoded, ...[0, 1, 2].map((before) => base64(twice, before))];
  const forms = all.filter(({ length }) => length >= minLength).map((form) => form.toLowerCase());
  // Lists of bytes, as `JSON.stringify` writes those of Node's and the Web's classes.
  const listed = [8, 10].map((base) => Array.from(bytes, (byte) => byte.toString(base)).join(""));
  listed.push(Array.from(bytes, (byte) => `0x${hexOf([byte])}`).join(""), Array.from(bytes, (byte, index) => `${index}${byte}`).join(""));
  const spaced = [...forms, ...listed].map(lettersOf).filter(({ length }) => length >= minRun);
  const grams = new Map<string, [form: string, offset: number][]>();
  // Nearly all places are passed over by a number, which takes a fifth of the time of a text.
  const slots = new Uint8Array(maxSlots);
  for (const form of forms) {
    for (let offset = 0; offset + gram <= form.length; offset += 1) {
      const name = form.slice(offset, offset + gram);
      grams.set(name, [...(grams.get(name) ?? []), [form, offset]]);
      slots[slotOf(name, 0)] = 1;
    }
  }
  return (text) => {
    const plain = unescaped(text).toLowerCase();
    if (forms.some((form) => plain.includes(form))) return true;
    for (let at = 0; at + gram <= plain.length; at += stride) {
      const found = slots[slotOf(plain, at)] === 1 ? grams.get(plain.slice(at, at + gram)) : undefined;
      if (found?.some(([form, offset]) => runAt(plain, at, form, offset) >= Math.max(minRun, Math.min(maxRun, form.length / 2)))) return true;
    }
    const letters = lettersOf(plain);
    return spaced.some((form) => letters.includes(form));
  };
}

const maxSlots = 1 << 14;
const slotOf = (text: string, at: number): number =>
  (text.charCodeAt(at) ^ (text.charCodeAt(at + 2) << 4) ^ (text.charCodeAt(at + 5) << 7)) & (maxSlots - 1);

/** How long the text around `at` is the form around `offset`. */
function runAt(text: string, at: number, form: string, offset: number): number {
  let start = 0;
  let end = 0;
  while (offset + end < form.length && text[at + end] === form[offset + end]) end += 1;
  while (start < offset && text[at - start - 1] === form[offset - start - 1]) start += 1;
  return start + end;
}

const hexOf = (bytes: Iterable<number>): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The part of the base64 that depends on the key alone, when so many bytes stand before it in its group of three. */
function base64(bytes: Uint8Array, before: number): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(before), ...bytes));
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

/** Letters and digits of a text in lower case. By bytes: a pattern takes ten times as long. */
function lettersOf(text: string): string {
  const letters = new Uint8Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) letters[length++] = code;
  }
  return new TextDecoder().decode(letters.subarray(0, length));
}

const escapes = /[\\%]u\{?([0-9a-f]{4}|[0-9a-f]{2}(?=\}))\}?|(?:\\x|%)([0-9a-f]{2})|&#x([0-9a-f]{1,8});?|&#(\d{1,8});?|\\[bfnrt]/gi;

/** Without escapes, also of escapes. */
function unescaped(text: string): string {
  for (let round = 0; round < 3 && /[\\%&]/.test(text); round += 1) {
    // Of an escaped backslash, half would be left before the key's next letter, and `\n` would be taken for the end of a line.
    const before = text.replace(/\\{2,}/g, "\\").replaceAll("%25", "%").replaceAll("&amp;", "&");
    text = before.replace(escapes, (_, long?: string, short?: string, hex?: string, decimal?: string) => {
      const code = decimal ? Number(decimal) : parseInt(long ?? short ?? hex ?? "", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    });
    if (text === before) break;
  }
  return text.replaceAll("\\", "");
}
