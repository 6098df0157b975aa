import type { Call } from "./operation.js";
import { invalid } from "./refusal.js";

const ivBytes = 12;

/**
 * A place in a list, for one user and one set of filters. It is encrypted, so that it tells nothing of the platform's pages, and
 * cannot be made up or used by somebody else. Every copy of the gateway reads it, since its secret comes from the key.
 */
export async function sealCursor(call: Call, place: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: scopeOf(call) }, await secretOf(call), encode(place));
  return btoa(String.fromCharCode(...iv, ...new Uint8Array(sealed))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The place that the page's cursor is for; undefined for the first one. @throws {Refusal} another cursor than one of this list's. */
export async function openCursor(call: Call): Promise<string | undefined> {
  const { cursor = "" } = call.query;
  if (cursor === "") return undefined;
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
    const algorithm = { name: "AES-GCM", iv: bytes.slice(0, ivBytes), additionalData: scopeOf(call) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, await secretOf(call), bytes.slice(ivBytes)));
  } catch {
    throw invalid("cursor", "is not one that this list gave to this user: start at its first page");
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

/** The page may be longer or shorter than the one before; all else is as it was. */
function scopeOf({ list, entityId, query }: Call): Uint8Array<ArrayBuffer> {
  const { cursor: _, limit: __, ...filters } = query;
  return encode(JSON.stringify([list, entityId, Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1))]));
}

async function secretOf({ rules }: Call): Promise<CryptoKey> {
  const bytes = await crypto.subtle.digest("SHA-256", encode(`connect-flow cursor ${rules.apiKey}`));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}
