/** A shorter key could occur in any text. */
const minLength = 8;
/** The number of consecutive characters of a key that are not a coincidence. */
const minRun = 12;
/** The number of consecutive characters that count as a part of any key. */
const maxRun = 16;
/** The number of characters that are looked up at once. Looking every `stride` characters finds one inside each run. */
const gram = 8;
const stride = minRun - gram + 1;

/**
 * Makes a function that tells whether a text contains the key. It finds half of the key, or 16 consecutive characters, in any case: as text, reversed,
 * in hex, base64, UTF-16, or in escapes of URLs, JSON or HTML. It also finds the whole key with separators between its characters, and as a list of
 * bytes. Keys of fewer than 8 characters are not searched for.
 */
export function keyFinder(apiKey: string): (text: string) => boolean {
  if (apiKey.length < minLength) return () => false;
  const bytes = new TextEncoder().encode(apiKey);
  const wide = Uint8Array.from([...bytes].flatMap((byte) => [byte, 0]));
  const encoded = [bytes, bytes.slice().reverse(), wide].flatMap((some) => [hexOf(some), ...[0, 1, 2].map((before) => base64(some, before))]);
  const twice = new TextEncoder().encode(btoa(apiKey));
  const all = [apiKey, [...apiKey].reverse().join(""), ...encoded, ...[0, 1, 2].map((before) => base64(twice, before))];
  const forms = all.filter(({ length }) => length >= minLength).map((form) => form.toLowerCase());
  // Lists of bytes, as `JSON.stringify` writes `Buffer` and `Uint8Array`.
  const listed = [8, 10].map((base) => Array.from(bytes, (byte) => byte.toString(base)).join(""));
  listed.push(Array.from(bytes, (byte) => `0x${hexOf([byte])}`).join(""), Array.from(bytes, (byte, index) => `${index}${byte}`).join(""));
  const spaced = [...forms, ...listed].map(lettersOf).filter(({ length }) => length >= minRun);
  const grams = new Map<string, [form: string, offset: number][]>();
  // A number rules out most places, in a fifth of the time that a string takes.
  const slots = new Uint8Array(maxSlots);
  for (const form of forms) {
    for (let offset = 0; offset + gram <= form.length; offset += 1) {
      const name = form.slice(offset, offset + gram);
      grams.set(name, [...(grams.get(name) ?? []), [form, offset]]);
      slots[slotOf(name, 0)] = 1;
    }
  }
  return (text) => {
    const plain = unescape(text).toLowerCase();
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

/** The number of consecutive characters around `at` that equal those around `offset` of the form. */
function runAt(text: string, at: number, form: string, offset: number): number {
  let start = 0;
  let end = 0;
  while (offset + end < form.length && text[at + end] === form[offset + end]) end += 1;
  while (start < offset && text[at - start - 1] === form[offset - start - 1]) start += 1;
  return start + end;
}

const hexOf = (bytes: Iterable<number>): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The part of the base64 that depends only on the key, with `before` bytes in front of it in its group of three. */
function base64(bytes: Uint8Array, before: number): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(before), ...bytes));
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

/** The letters and digits of a lower-case text. By bytes, because a regular expression takes ten times as long. */
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

/** Removes escapes, and escapes of escapes. */
function unescape(text: string): string {
  for (let round = 0; round < 3 && /[\\%&]/.test(text); round += 1) {
    // First, because half of an escaped backslash would stay in front of the key's next character, and `\\n` would be read as a line break.
    const before = text.replace(/\\{2,}/g, "\\").replaceAll("%25", "%").replaceAll("&amp;", "&");
    text = before.replace(escapes, (_, long?: string, short?: string, hex?: string, decimal?: string) => {
      const code = decimal ? Number(decimal) : parseInt(long ?? short ?? hex ?? "", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    });
    if (text === before) break;
  }
  return text.replaceAll("\\", "");
}
