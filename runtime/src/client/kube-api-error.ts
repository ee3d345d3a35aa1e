import { CodedError } from '@nannyapi/process';

/** One entry of `status.details.causes`. */
export interface StatusCause {
  /** For example `FieldValueInvalid`. */
  reason?: string;
  message?: string;
  /** Dotted path of the field. */
  field?: string;
}

/** The facts a {@link KubeApiError} is made of. */
export interface KubeApiErrorOptions {
  code: string;
  message: string;
  /** HTTP status of the answer. */
  status: number;
  causes?: StatusCause[] | undefined;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/**
 * A refusal by the API server, or no answer from it.
 *
 * `code` is the `reason` of the Kubernetes Status ('NotFound', 'AlreadyExists', 'Conflict',
 * 'Invalid', 'Gone', 'Expired', 'Forbidden', 'Unauthorized', 'TooManyRequests', 'InternalError',
 * 'ServiceUnavailable', 'Timeout', …). Without an answer it is 'ConnectionFailed' (status 503),
 * 'Timeout' (504) when the call's own deadline passed, or 'Aborted' (499) when its signal did; after
 * these three a write may have happened or not.
 */
export class KubeApiError extends CodedError {
  readonly causes: StatusCause[];
  /** How long the server asks to wait before the next try. */
  readonly retryAfterSeconds: number | undefined;

  constructor(options: KubeApiErrorOptions) {
    const causes = options.causes ?? [];
    super({
      code: options.code,
      message: options.message,
      status: options.status,
      details: causes.map(({ field, message = '' }) => (field === undefined ? { message } : { field, message })),
      cause: options.cause,
    });
    this.name = 'KubeApiError';
    this.causes = causes;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Whether an error is a KubeApiError, with one of these codes when any are given. */
export function isKubeError(error: unknown, ...codes: string[]): error is KubeApiError {
  return error instanceof KubeApiError && (codes.length === 0 || codes.includes(error.code));
}
