import { isObject } from "./json.js";

/** The header that carries the project's key. */
export const keyHeader = "x-api-key";

/** One error, as the platform answers it in `{ error }`. */
export interface PlatformError {
  message: string;
  status: number;
  code?: number;
  slug?: string;
  request_id?: string;
  suggested_fix?: string;
  errors?: string[];
}

/** The members that identify an error. */
export type ErrorId = Pick<PlatformError, "status" | "code" | "slug">;

/** The errors of the platform by their meaning. Source: docs/protocol.md, section 6. */
export const errorIds = {
  wrongKey: { status: 401, code: 801, slug: "APIKey_InvalidAPIKey" },
  noKey: { status: 401, code: 906, slug: "Auth_NoAuthProvided" },
  severalKeys: { status: 401, code: 10401, slug: "HTTP_Unauthorized" },
  invalidRequest: { status: 400, code: 10400, slug: "HTTP_BadRequest" },
  badRequest: { status: 400, code: 600, slug: "ConnectedAccount_BadRequest" },
  unknownRoute: { status: 404, code: 10404, slug: "HTTP_NotFound" },
  toolkitNotFound: { status: 404, code: 10404, slug: "HTTP_NotFound" },
  authConfigNotFound: { status: 404, code: 607, slug: "Auth_Config_NotFound" },
  noManagedCredentials: { status: 400, code: 306, slug: "Auth_Config_DefaultAuthConfigNotFound" },
  missingFields: { status: 400, code: 612, slug: "ConnectedAccount_MissingRequiredFields" },
  credentialsRejected: { status: 400, code: 600, slug: "ConnectedAccount_CredentialValidationRejected" },
  accountConflict: { status: 409, code: 600, slug: "ConnectedAccount_BadRequest" },
  accountNotFound: { status: 404, code: 606, slug: "ConnectedAccount_ResourceNotFound" },
  accountForbidden: { status: 403, code: 10403, slug: "HTTP_Forbidden" },
  toolNotFound: { status: 404, code: 2401, slug: "Tool_ToolNotFound" },
  userHasNoAccount: { status: 404, code: 1810, slug: "ActionExecute_ConnectedAccountNotFound" },
  userIdRequired: { status: 400, code: 1811, slug: "ActionExecute_ConnectedAccountEntityIdRequired" },
  userIdMismatch: { status: 400, code: 1812, slug: "ActionExecute_ConnectedAccountEntityIdMismatch" },
  accountNotActive: { status: 422, code: 10422, slug: "HTTP_UnprocessableEntity" },
  sessionNotFound: { status: 404, code: 10404, slug: "HTTP_NotFound" },
  badSessionRequest: { status: 400, code: 4300, slug: "ToolRouterV2_BadRequest" },
  sessionToolNotFound: { status: 400, code: 4301, slug: "ToolRouterV2_ToolNotFound" },
  noActiveConnection: { status: 400, code: 4302, slug: "ToolRouterV2_NoActiveConnection" },
  noManagedAuth: { status: 400, code: 4308, slug: "ToolRouterV2_NoManagedAuth" },
  toolkitNotAllowed: { status: 400, code: 4324, slug: "ToolRouterV2_ToolkitNotAllowed" },
  toolkitIsNoAuth: { status: 400, code: 4326, slug: "ToolRouterV2_ToolkitsIsNoAuth" },
} as const satisfies Record<string, ErrorId>;

/** The body of an error. */
export const errorBody = (error: PlatformError): { error: PlatformError } => ({ error });

/** The body of 429, which has no `error`. */
export const rateLimitedBody = { message: "Rate limit exceeded. Limit: 10000 requests per 1 minutes" };

/** The body of 410 for versions that the platform has retired. Its `error` is a string. */
export const retiredBody = { error: "This endpoint is no longer available. Please upgrade to v3 APIs. " };

/** The members of an error, which stand in `error` or at the top of the body. */
export function errorMembers(body: unknown): Record<string, unknown> {
  const outer = isObject(body) ? body : {};
  return isObject(outer.error) ? outer.error : outer;
}

/** What an error says about the project's key: `"rejected"`, or `"forbidden"` if the key lacks a permission. */
export function keyProblem(status: number, slug: string): "rejected" | "forbidden" | undefined {
  if (status === 401) return "rejected";
  return status === 403 && slug.startsWith("APIKey_") ? "forbidden" : undefined;
}

/** Whether the platform uses a status for ids that are unknown or malformed. */
export const isUnknownId = (status: number): boolean => [400, 403, 404, 410, 422].includes(status);
