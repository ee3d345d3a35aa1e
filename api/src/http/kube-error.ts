import type { KubeApiError } from '@nannyapi/runtime';
import { ApiError } from './api-error.ts';
import type { FacadeErrorCode } from './error-codes.ts';

/** What the caller is told when the API server refuses with that reason; everything else is our own fault. */
const CODE_OF_REASON: Readonly<Record<string, FacadeErrorCode>> = {
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  Conflict: 'Conflict',
  Invalid: 'ValidationFailed',
  BadRequest: 'BadRequest',
  Forbidden: 'Forbidden',
  Gone: 'ContinueExpired',
  Expired: 'ContinueExpired',
  RequestEntityTooLarge: 'BodyTooLarge',
  TooManyRequests: 'Unavailable',
  ServiceUnavailable: 'Unavailable',
  Timeout: 'Unavailable',
  ConnectionFailed: 'Unavailable',
  Aborted: 'Unavailable',
};

/** Longest text of the API server that is passed on, in characters. */
const MAX_DETAIL_LENGTH = 2000;

/** The error of the facade that stands for a refusal of the API server; the causes keep their field paths. */
export function apiErrorOfKube(error: KubeApiError): ApiError {
  const code = CODE_OF_REASON[error.code] ?? 'Internal';
  return new ApiError(code, error.message.slice(0, MAX_DETAIL_LENGTH), {
    details: error.details,
    cause: error,
    retryAfterSeconds: error.retryAfterSeconds,
  });
}
