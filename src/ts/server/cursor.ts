import type { GatewayCall } from "./operation.js";
import { invalid } from "./refusal.js";

const ivBytes = 12;

/**
 * Encrypts a place in a list for one user and one set of filters, so that the cursor reveals nothing and no other user can make or use it. The
 * secret is derived from the key, so every instance of the gateway can open it.
 */
export async function sealCursor(call: GatewayCall, place: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: scopeOf(call) }, await secretOf(call), encode(place));
  return btoa(String.fromCharCode(...iv, ...new Uint8Array(sealed))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Decrypts the cursor of a request; undefined if it has none. @throws {Refusal} for a cursor of another list, filter or user. */
export async function openCursor(call: GatewayCall): Promise<string | undefined> {
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

/** What a cursor is bound to. The limit is left out: each page may have another one. */
function scopeOf({ name, entityId, query }: GatewayCall): Uint8Array<ArrayBuffer> {
  const { cursor: _, limit: __, ...filters } = query;
  return encode(JSON.stringify([name, entityId, Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1))]));
}

async function secretOf({ rules }: GatewayCall): Promise<CryptoKey> {
  const bytes = await crypto.subtle.digest("SHA-256", encode(`connect-flow cursor ${rules.apiKey}`));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}
