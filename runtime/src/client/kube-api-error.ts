import { CodedError } from '@nannyapi/process';

/** One entry of `status.details.causes`. */
export interface StatusCause {
  /** For example `FieldValueInvalid`. */
  reason?: string;
  message?: string;
  /** Dotted path of the field. */
  field?: string;
}

/**
 * A refusal by the API server, or no answer from it.
 *
 * `code` is the `reason` of the Kubernetes Status ('NotFound', 'AlreadyExists', 'Conflict',
 * 'Invalid', 'Gone', 'Expired', 'Forbidden', 'Unauthorized', 'TooManyRequests', 'InternalError',
 * 'ServiceUnavailable', 'Timeout', …) or one of ours: 'ConnectionFailed' when no answer came,
 * 'DeadlineExceeded' when the call's own deadline passed, 'Aborted' when its signal did.
 */
export class KubeApiError extends CodedError {
  readonly causes: StatusCause[];
  /** How long the server asks to wait before the next try. */
  readonly retryAfterSeconds: number | undefined;

  constructor(options: KubeApiErrorOptions) {
    super({
      code: options.code,
      message: options.message,
      status: options.status,
      details: (options.causes ?? []).map(({ field, message }) => ({
        ...(field === undefined ? {} : { field }),
        message: message ?? '',
      })),
      cause: options.cause,
    });
    this.name = 'KubeApiError';
    this.causes = options.causes ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The facts a {@link KubeApiError} is made of. */
export interface KubeApiErrorOptions {
  code: string;
  message: string;
  /** HTTP status; 0 when there was no answer. */
  status: number;
  causes?: StatusCause[] | undefined;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/** Whether an error is a KubeApiError with one of these codes. */
export function isKubeError(error: unknown, ...codes: string[]): error is KubeApiError {
  return error instanceof KubeApiError && (codes.length === 0 || codes.includes(error.code));
}
