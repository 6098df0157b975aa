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
  const spaced = [...forms, ...listed].map((form) => form.replace(/[^a-z0-9]/g, "")).filter(({ length }) => length >= minRun);
  // The search for runs finds longer forms, too.
  const short = forms.filter(({ length }) => length < minRun);
  const holdsRun = runFinder(forms, ({ length }) => Math.max(minRun, Math.min(maxRun, length / 2)));
  const holdsWhole = spacedFinder(spaced);
  return (text) => {
    const plain = unescape(text).toLowerCase();
    if (short.some((form) => plain.includes(form))) return true;
    const characters = encoder.encode(plain);
    return holdsRun(characters) || holdsWhole(characters);
  };
}

/** Bytes, because reading characters of strings takes several times as long. */
type Bytes = Uint8Array;

const encoder = new TextEncoder();

const maxSlots = 1 << 14;
/** Hashes a number to a slot. Every bit has an effect. */
const slotFor = (number: number): number => Math.imul(number, 0x9e3779b1) >>> 18;
/** A number for the bytes that begin at a place. It rules out most places. */
const slotOf = (bytes: Bytes, at: number): number =>
  slotFor((bytes[at] as number) ^ ((bytes[at + 2] as number) << 8) ^ ((bytes[at + 4] as number) << 16) ^ ((bytes[at + 6] as number) << 24));

interface Place {
  form: Bytes;
  offset: number;
  needed: number;
}

/** Makes a function that tells whether a text has a run of one of the forms. `needed` returns its length for a form, at least `minRun`. */
function runFinder(forms: readonly string[], needed: (form: string) => number): (text: Bytes) => boolean {
  const isTaken = new Uint8Array(maxSlots);
  const places = new Map<number, Place[]>();
  for (const text of forms) {
    const form = encoder.encode(text);
    for (let offset = 0; offset + gram <= form.length; offset += 1) {
      const slot = slotOf(form, offset);
      isTaken[slot] = 1;
      places.set(slot, [...(places.get(slot) ?? []), { form, offset, needed: needed(text) }]);
    }
  }
  return (text) => {
    for (let at = 0; at + gram <= text.length; at += stride) {
      const slot = slotOf(text, at);
      if (isTaken[slot] === 0) continue;
      // A closure over `at` would make the loop several times as slow.
      for (const place of places.get(slot) ?? []) if (runAt(text, at, place) >= place.needed) return true;
    }
    return false;
  };
}

/** The number of consecutive bytes around `at` that equal those around `offset` of the form. */
function runAt(text: Bytes, at: number, { form, offset }: Place): number {
  let start = 0;
  let end = 0;
  while (offset + end < form.length && text[at + end] === form[offset + end]) end += 1;
  while (start < offset && text[at - start - 1] === form[offset - start - 1]) start += 1;
  return start + end;
}

/** Whether a byte is a letter or a digit of a lower-case text. */
const isLetter = (byte: number): boolean => (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57);
/** Adds a letter or digit to a rolling hash of the last 7. */
const withLetter = (number: number, letter: number): number => (number << 5) ^ letter;

/** Makes a function that tells whether the letters and digits of a text, without what is between them, contain one of the forms. */
function spacedFinder(texts: readonly string[]): (text: Bytes) => boolean {
  const forms = texts.map((text) => encoder.encode(text));
  const isTaken = new Uint8Array(maxSlots);
  for (const form of forms) isTaken[slotFor(form.reduce(withLetter, 0))] = 1;
  return (text) => {
    const { length } = text;
    let last = 0;
    for (let at = 0; at < length; at += 1) {
      const byte = text[at] as number;
      if (!isLetter(byte)) continue;
      last = withLetter(last, byte);
      if (isTaken[slotFor(last)] === 0) continue;
      for (const form of forms) if (endsAt(text, at, form)) return true;
    }
    return false;
  };
}

/** Whether the letters and digits up to `at` end with the form. */
function endsAt(text: Bytes, at: number, form: Bytes): boolean {
  let left = form.length;
  for (let index = at; left > 0 && index >= 0; index -= 1) {
    const byte = text[index] as number;
    if (!isLetter(byte)) continue;
    if (byte !== form[left - 1]) return false;
    left -= 1;
  }
  return left === 0;
}

const hexOf = (bytes: Iterable<number>): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The part of the base64 that depends only on the key, with `before` bytes in front of it in its group of three. */
function base64(bytes: Uint8Array, before: number): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(before), ...bytes));
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

const escapes = /[\\%]u\{?([0-9a-f]{4}|[0-9a-f]{2}(?=\}))\}?|(?:\\x|%)([0-9a-f]{2})|&#x([0-9a-f]{1,8});?|&#(\d{1,8});?|\\[bfnrt]/gi;

/** Each escape contains one of these. */
const escapeMarks = ["\\", "%", "&#", "&amp;"];

/** Removes escapes, and escapes of escapes. */
function unescape(text: string): string {
  for (let round = 0; round < 3 && escapeMarks.some((mark) => text.includes(mark)); round += 1) {
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
