import { errorBody, errorIds, type ErrorId } from "../../platform/errors.js";
import type { RequestProblem } from "../../platform/schema.js";
import { jsonResponse } from "../json-response.js";

/** An error that the sandbox answers with. */
export class ApiError extends Error {
  constructor(
    readonly id: ErrorId,
    message: string,
    readonly problems: RequestProblem[] = [],
  ) {
    super(message);
  }
}

/** The error of a request that does not fit its operation. */
export function invalidRequest(problems: RequestProblem[]): ApiError {
  return new ApiError(errorIds.invalidRequest, "Invalid request data provided", problems);
}

/** The platform's advice for each HTTP status. */
const fixes: Record<number, string> = {
  400: "Check the request against the API reference.",
  401: "Send the project's API key in the header x-api-key.",
  403: "Use an account or a key that has this permission.",
  404: "Check the id, and that it belongs to this project.",
  409: "Read the current state, then try again.",
  422: "Reconnect the account.",
};

export function errorResponse({ id, message, problems }: ApiError, requestId: string): Response {
  const errors = problems.map((problem) => `Error in payload.${problem.path}: ${problem.message}`);
  const { status, ...names } = id;
  const body = errorBody({ message, ...names, status, request_id: requestId, suggested_fix: fixes[status] ?? "Try again later.", ...(errors.length > 0 && { errors }) });
  return jsonResponse(status, body, { "x-request-id": requestId });
}
