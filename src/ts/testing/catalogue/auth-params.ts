import type { AuthParameter, CatalogueScheme } from "./apps.js";

/** The parameters that authenticate a request to an app. */
export interface AuthParams {
  baseUrl: string | undefined;
  parameters: AuthParameter[];
}

/** The values that an account's auth params are made of. */
interface AccountValues {
  integration: { scheme: CatalogueScheme };
  data: Record<string, string>;
  tokens: Record<string, unknown>;
}

/** The auth params of an app without credentials. */
export const noAuthParams: AuthParams = { baseUrl: undefined, parameters: [] };

/** The auth params of an account, from what the user typed and what the authorization server issued. */
export function authParamsOf({ integration, data, tokens }: AccountValues): AuthParams {
  return fillIn(integration.scheme, { ...data, ...tokens });
}

/** The auth params of a scheme with these values. */
export function fillIn(scheme: CatalogueScheme, given: Record<string, unknown>): AuthParams {
  const values = { ...given, basic_encoded: base64(`${given.username}:${given.password}`) };
  return {
    baseUrl: given.base_url ? String(given.base_url) : fillTemplate(scheme.baseUrl, values),
    parameters: scheme.parameters.map((parameter) => ({ ...parameter, value: fillTemplate(parameter.value, values) })),
  };
}

/** Replaces each `{{name}}` with the value of that name. */
function fillTemplate(template: string, values: Record<string, unknown>): string {
  return template.replace(/{{(\w+)}}/g, (_, name: string) => String(values[name] ?? ""));
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
