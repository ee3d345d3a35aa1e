import { CodedError, type ErrorDetail } from '@nannyapi/process';
import { FACADE_ERROR_CODES, type FacadeErrorCode } from './error-codes.ts';

/** What an error says besides its code and its text. */
export interface ApiErrorOptions {
  /** With `ValidationFailed`: which fields, and what is allowed. */
  details?: ErrorDetail[] | undefined;
  cause?: unknown;
  /** Seconds after which to ask again. */
  retryAfterSeconds?: number | undefined;
  /** With a 5xx: what the caller is told instead of the generic words. It says nothing of the inside. */
  publicDetail?: string | undefined;
}

/** A refusal that the caller is told as problem+json. */
export class ApiError extends CodedError {
  override readonly code: FacadeErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly publicDetail: string | undefined;

  /** @param detail told to the caller; with a 5xx it is for the log, and `publicDetail` is told. */
  constructor(code: FacadeErrorCode, detail: string, options: ApiErrorOptions = {}) {
    const { status } = FACADE_ERROR_CODES[code];
    super({ code, message: detail, status, details: options.details, cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.publicDetail = options.publicDetail;
  }
}
