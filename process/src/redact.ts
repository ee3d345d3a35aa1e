/**
 * Keys whose values never reach a log, compared in lower case without `-` and `_`.
 *
 * Redaction sits here and not with the callers because one forgotten caller is one leaked secret.
 * Counts such as `inputTokens` are no secrets and do not match.
 */
const SECRET_KEY =
  /(?:token|password|passwd|secret|secretkey|apikey|privatekey|authorization|keypem|credential|credentials)$|^(?:set)?cookie$|^dpop$/;

const REDACTED = '[redacted]';
/** Nesting beyond this is cut: such values are rare, large, and may be cyclic. */
const MAX_DEPTH = 8;

/** The fields of a log line without secrets, and with errors turned into plain objects. */
export function redactFields(fields: object): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(object: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    copy[key] = isSecret(key, value) ? REDACTED : redactValue(value, depth + 1);
  }
  return copy;
}

function isSecret(key: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false;
  return SECRET_KEY.test(key.toLowerCase().replaceAll(/[-_]/g, ''));
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date || value instanceof URL) return String(value instanceof Date ? dateText(value) : value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return `[${value.constructor.name}]`;
  return redactObject(value, depth);
}

/** `toISOString` throws on an invalid date, and a log line must never throw. */
function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

/** Type, message and stack are not enumerable, so a plain copy would lose what matters most. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    ...redactObject(error, depth),
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
