import { CodedError } from '@nannyapi/process';

/** Status of each error of ours: RFC 6749 §5.2, RFC 8628 §3.5, RFC 9449 §5 and §8. */
const STATUS = {
  invalid_request: 400,
  invalid_client: 400,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  authorization_pending: 400,
  slow_down: 400,
  access_denied: 400,
  expired_token: 400,
  use_dpop_nonce: 400,
  invalid_dpop_proof: 400,
  /** Not for the token endpoint when a client is merely too fast: clients of RFC 8628 wait on `slow_down` alone. */
  temporarily_unavailable: 503,
  server_error: 500,
} as const;

/** Values of `error` in answers of the authorization server. */
export type OAuthErrorCode = keyof typeof STATUS;

/** A refusal that the client is told as RFC 6749 §5.2 says: JSON with `error` and `error_description`. */
export class OAuthError extends CodedError {
  override readonly code: OAuthErrorCode;
  /** Seconds after which to ask again. */
  readonly retryAfterSeconds: number | undefined;

  /** @param description for people; without secrets, and ASCII without quotes and backslashes (RFC 6749 §5.2). */
  constructor(
    code: OAuthErrorCode,
    description: string,
    options: { cause?: unknown; retryAfterSeconds?: number | undefined } = {},
  ) {
    super({ code, message: description, status: STATUS[code], cause: options.cause });
    this.name = 'OAuthError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
