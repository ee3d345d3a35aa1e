import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { LoginError } from './login-error.ts';

/** Error codes of OAuth are short; whatever else stands there is not logged. */
const ERROR_CODE = /^[a-z0-9_]{1,64}$/i;
const MAX_DEPTH = 5;

/** Whatever went wrong between us and a provider, as the end of a login. It repeats nothing that opens something. */
export function toLoginError(error: unknown): LoginError {
  if (error instanceof LoginError) return error;
  if (error instanceof AuthorizationResponseError) return fromCallback(error.error);
  if (error instanceof ResponseBodyError) return fromTokenEndpoint(error.error);
  const code = bodyErrorOf(error);
  if (code !== undefined) return fromTokenEndpoint(code);
  if (isOutage(error)) return new LoginError('Unavailable', `No answer: ${nameOf(error)}`);
  return new LoginError('ProviderFailed', nameOf(error));
}

/** Error codes of an authorization response: RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6. */
function fromCallback(code: string): LoginError {
  const reason = `The callback says ${plain(code)}`;
  if (code === 'access_denied') return new LoginError('Cancelled', reason);
  const isOutage = code === 'temporarily_unavailable' || code === 'server_error';
  return new LoginError(isOutage ? 'Unavailable' : 'Refused', reason);
}

/** Error codes of a token response: RFC 6749 §5.2, and GitHub's own. */
function fromTokenEndpoint(code: string): LoginError {
  const reason = `The token endpoint says ${plain(code)}`;
  const isCode = code === 'invalid_grant' || code === 'bad_verification_code';
  return new LoginError(isCode ? 'Refused' : 'ProviderFailed', reason);
}

/** GitHub answers errors with status 200; the client library then keeps the body in a cause. */
function bodyErrorOf(error: unknown): string | undefined {
  for (const cause of causesOf(error)) {
    const body = (cause as { body?: unknown }).body;
    const code = typeof body === 'object' && body !== null ? (body as { error?: unknown }).error : undefined;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

function isOutage(error: unknown): boolean {
  return causesOf(error).some((cause) => {
    if (cause instanceof Response) return cause.status >= 500 || cause.status === 429;
    if (cause instanceof ClientError) return cause.code === 'OAUTH_TIMEOUT';
    if (!(cause instanceof Error)) return false;
    // `fetch failed` of undici is a TypeError whose cause is the error of the socket.
    return cause.name === 'TimeoutError' || cause.name === 'AbortError' || isSocketError(cause);
  });
}

function isSocketError(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(?:E[A-Z]{3,}|UND_ERR_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
}

function causesOf(error: unknown): object[] {
  const causes: object[] = [];
  let next = error;
  while (typeof next === 'object' && next !== null && causes.length < MAX_DEPTH) {
    causes.push(next);
    next = (next as { cause?: unknown }).cause;
  }
  return causes;
}

/** Names and codes only: texts and causes of the library may quote what a provider sent. */
function nameOf(error: unknown): string {
  const names = causesOf(error).flatMap((cause) => {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && ERROR_CODE.test(code)) return [code];
    if (cause instanceof Response) return [`HTTP ${cause.status}`];
    return cause instanceof Error ? [cause.name] : [];
  });
  return names.join(' by ') || 'An unknown failure';
}

function plain(code: string): string {
  return ERROR_CODE.test(code) ? code : 'an error of no known form';
}
