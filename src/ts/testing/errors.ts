import { json } from "./answers.js";

/** One thing wrong with the body or the query. `path` is dotted, such as `connection.user_id`. */
export interface Problem {
  path: string;
  message: string;
}

interface Detail {
  /** Number of the error. */
  code?: number;
  slug?: string;
  problems?: Problem[];
}

/** A refusal. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly detail: Detail = {},
  ) {
    super(message);
  }
}

/** The request does not fit the operation. */
export function invalid(problems: Problem[]): ApiError {
  const message = problems.map((problem) => `${problem.path} ${problem.message}`).join("; ");
  return new ApiError(400, message, { code: 10400, problems });
}

/** The body and headers of a refusal. */
export function answerError(error: ApiError, requestId: string): Response {
  return json(error.status, bodyOf(error, requestId), { "x-request-id": requestId });
}

/** The answer to every request for the retired versions of the API. Its `error` is a text. */
export function answerRetired(): Response {
  return json(410, { error: "This endpoint is no longer available. Please upgrade to v3 APIs. " });
}

function bodyOf({ status, message, detail }: ApiError, requestId: string): object {
  return {
    error: {
      message: detail.problems ? "Invalid request data provided" : message,
      ...(detail.code && { code: detail.code }),
      ...(detail.slug && { slug: detail.slug }),
      status,
      request_id: requestId,
      suggested_fix: "",
      ...(detail.problems && { errors: detail.problems.map(({ path, message }) => `Error in payload.${path}: ${message}`) }),
    },
  };
}
