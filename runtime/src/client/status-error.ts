import { KubeApiError, type StatusCause } from './kube-api-error.ts';

/** Reasons as apimachinery gives them to answers without a Status, for example those of a proxy. */
const REASON_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Longest part of a foreign error page that is repeated in a message, in characters. */
const MAX_TEXT_LENGTH = 200;

interface Status {
  reason?: string;
  message?: string;
  code?: number;
  details?: { causes?: StatusCause[]; retryAfterSeconds?: number };
}

/** An answer that is not a success, as far as the error is made from it. */
export interface FailedAnswer {
  status: number;
  /** Value of the `Retry-After` header. */
  retryAfter?: string | undefined;
  body: string;
}

/** The error of an HTTP answer; a body that is no Status still gets the reason of its HTTP status. */
export function errorOfAnswer(answer: FailedAnswer, now: Date): KubeApiError {
  const status = parseStatus(answer.body);
  return new KubeApiError({
    code: status?.reason || reasonOf(answer.status),
    message: status?.message || `HTTP ${answer.status} ${answer.body.slice(0, MAX_TEXT_LENGTH)}`.trim(),
    status: answer.status,
    causes: status?.details?.causes,
    retryAfterSeconds: parseRetryAfter(answer.retryAfter, now) ?? status?.details?.retryAfterSeconds,
  });
}

/** The error of an `ERROR` line in a watch, whose object is a Status. */
export function errorOfWatchStatus(object: unknown): KubeApiError {
  const status = isRecord(object) ? (object as Status) : {};
  const code = status.code ?? 500;
  return new KubeApiError({
    code: status.reason || reasonOf(code),
    message: status.message || `The watch ended with status ${code}`,
    status: code,
    causes: status.details?.causes,
    retryAfterSeconds: status.details?.retryAfterSeconds,
  });
}

function reasonOf(status: number): string {
  return REASON_OF_STATUS[status] ?? (status >= 500 ? 'InternalError' : 'Unknown');
}

function parseStatus(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) && value.kind === 'Status' ? value : undefined;
  } catch {
    // A proxy in between answers in text or HTML; its HTTP status says enough.
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Seconds from either form of the header, a number or an HTTP date (RFC 9110 §10.2.3). */
function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const seconds = (Date.parse(header) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
