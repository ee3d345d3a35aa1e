/**
 * The error codes that the API answers with, as `code` in problem+json (RFC 9457).
 *
 * Codes are API: never renamed, never reused. `docs/reference/errors.md` is compared with this table.
 */
export const ERROR_CODES = {
  BadRequest: { status: 400, title: 'The request cannot be read' },
  ValidationFailed: { status: 422, title: 'A field has a value that is not allowed' },
  Unauthenticated: { status: 401, title: 'A valid credential is missing' },
  Forbidden: { status: 403, title: 'This credential may not do that' },
  NotFound: { status: 404, title: 'There is no such thing' },
  AlreadyExists: { status: 409, title: 'The name is taken' },
  Conflict: { status: 409, title: 'Somebody else changed it first' },
  TaskNotFound: { status: 404, title: 'This agent has no such task' },
  TaskClaimedElsewhere: { status: 409, title: 'Another journal of this agent claimed the task' },
  TaskEnded: { status: 409, title: 'The task has ended' },
  TaskCancelled: { status: 409, title: 'The task was cancelled before it was claimed' },
  TaskExpired: { status: 409, title: 'The task must no longer be started' },
  OutputTooLarge: { status: 413, title: 'The output is larger than the task allows' },
  BodyTooLarge: { status: 413, title: 'The body is larger than this path takes' },
  UnsupportedMediaType: { status: 415, title: 'The body has a type that this path does not take' },
  TooManyRequests: { status: 429, title: 'Too many requests; ask again later' },
  Internal: { status: 500, title: 'Something broke on our side' },
  Unavailable: { status: 503, title: 'Not ready; ask again later' },
} as const satisfies Record<string, { status: number; title: string }>;

/** One of the codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Body of every error answer, RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code: ErrorCode;
  requestId?: string;
  /** With `ValidationFailed`: which fields, and what is allowed. */
  errors?: { field: string; message: string }[];
}
