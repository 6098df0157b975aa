import { json } from "./answers.js";

/** The two wire dialects of the API. */
export type Generation = "v1" | "v3";

/** One thing wrong with the body or the query. `path` is dotted, such as `connection.user_id`. */
export interface Problem {
  path: string;
  message: string;
}

interface Detail {
  /** v1 class of the error, such as `AppNotFoundError`. */
  name?: string;
  /** v3 number of the error. */
  code?: number;
  slug?: string;
  problems?: Problem[];
}

/** A refusal, worded for both generations. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly detail: Detail = {},
  ) {
    super(message);
  }
}

/** The request does not fit the operation: v1 lists `details`, v3 lists `errors`. */
export function invalid(problems: Problem[]): ApiError {
  const message = problems.map((problem) => `${problem.path} ${problem.message}`).join("; ");
  return new ApiError(400, message, { name: "InvalidRequestError", code: 10400, problems });
}

const types: Record<number, string> = {
  400: "BadRequestError",
  401: "UnauthorizedError",
  404: "NotFoundError",
  413: "PayloadTooLargeError",
  429: "TooManyRequestsError",
};

/** The body and headers with which one generation refuses. */
export function answerError(error: ApiError, generation: Generation, requestId: string): Response {
  const body = generation === "v1" ? bodyV1(error, requestId) : bodyV3(error, requestId);
  return json(error.status, body, { "x-request-id": requestId });
}

function bodyV1({ status, message, detail }: ApiError, requestId: string): object {
  return {
    status,
    message,
    requestId,
    type: types[status] ?? "InternalServerError",
    ...(detail.name && { name: detail.name }),
    // An array for validation errors and an object for all others, as on the platform.
    details: detail.problems?.map(({ path, message }) => ({
      property: path,
      children: [],
      constraints: { invalid: `${path} ${message}` },
    })) ?? {},
  };
}

function bodyV3({ status, message, detail }: ApiError, requestId: string): object {
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
