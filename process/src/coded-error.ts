/** What is wrong with one field of an input. */
export interface ErrorDetail {
  /** Dotted path of the field; absent when the fault is in no single field. */
  field?: string;
  message: string;
}

/** The facts a {@link CodedError} is made of. */
export interface CodedErrorOptions {
  /** Stable name of the fault; never renamed or reused. */
  code: string;
  message: string;
  /** HTTP status that tells this fault to a client. Default 500. */
  status?: number | undefined;
  details?: ErrorDetail[] | undefined;
  cause?: unknown;
}

/**
 * A fault that was foreseen. Anything else that is thrown is a bug.
 *
 * Callers branch on `code`, never on the text.
 */
export class CodedError extends Error {
  readonly code: string;
  /** HTTP status, 100-599, or 0 where no HTTP answer is meant. */
  readonly status: number;
  readonly details: ErrorDetail[];

  constructor(options: CodedErrorOptions) {
    super(options.message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CodedError';
    this.code = options.code;
    this.status = options.status ?? 500;
    this.details = options.details ?? [];
  }
}

/** The code of a CodedError; `undefined` for everything else, Node's system errors included. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof CodedError ? error.code : undefined;
}

/** The text of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
