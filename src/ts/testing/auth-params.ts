import type { AuthParameter, Scheme } from "./apps.js";
import type { Account } from "./store.js";

/** What a request to an app needs in order to be the user's. */
export interface AuthParams {
  baseUrl: string | undefined;
  parameters: AuthParameter[];
}

/** Of an app that anybody may use. */
export const noAuthParams: AuthParams = { baseUrl: undefined, parameters: [] };

/** The auth params of an account: its scheme's, filled in with what the user typed and the authorization server issued. */
export function authParamsOf({ integration, data, tokens }: Account): AuthParams {
  return fillIn(integration.scheme, { ...data, ...tokens });
}

/** The auth params of a scheme with these values. */
export function fillIn(scheme: Scheme, given: Record<string, unknown>): AuthParams {
  const values = { ...given, basic_encoded: encode(`${given.username}:${given.password}`) };
  return {
    baseUrl: given.base_url ? String(given.base_url) : fill(scheme.baseUrl, values),
    parameters: scheme.parameters.map((parameter) => ({ ...parameter, value: fill(parameter.value, values) })),
  };
}

/** Replaces every `{{name}}` by the value of that name. */
function fill(template: string, values: Record<string, unknown>): string {
  return template.replace(/{{(\w+)}}/g, (_, name: string) => String(values[name] ?? ""));
}

function encode(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
