/**
 * Keys whose values never reach a log, compared in lower case without `-` and `_`.
 *
 * Redaction sits here and not with the callers because one forgotten caller is one leaked secret.
 * Counts such as `inputTokens` are no secrets and do not match.
 */
const SECRET_KEY =
  /(?:token|password|passwd|secret|secretkey|apikey|privatekey|authorization|keypem|credential|credentials)$|^(?:set)?cookie$|^dpop$/;

/**
 * What our own tokens and JSON Web Tokens look like, wherever in a text they stand: in the message of an error, in a URL.
 *
 * Our tokens: `nat.`, `nrt.`, `net.` or `npt.`, a name, and 43 characters of base64url.
 */
const TOKENS = /\b(?:n[arep]t\.[a-z0-9-]{1,253}\.[\w-]{43}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g;

const REDACTED = '[redacted]';
/** Nesting beyond this is cut: such values are rare, large, and may be cyclic. */
const MAX_DEPTH = 8;

/**
 * Keys whose values are left to a serializer: Fastify logs its request and reply under them, and
 * their serializers pick a few harmless fields out of objects that must not be copied.
 */
const SERIALIZED_KEYS = new Set(['req', 'res']);

/** The fields of a log line without secrets, and with errors turned into plain objects. */
export function redactFields(fields: object): Record<string, unknown> {
  return redactObject(fields, 0);
}

/** A text without the tokens in it. */
function redactText(text: string): string {
  return text.length < 20 ? text : text.replaceAll(TOKENS, REDACTED);
}

function redactObject(object: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (depth === 0 && SERIALIZED_KEYS.has(key)) copy[key] = value;
    else copy[key] = isSecret(key, value) ? REDACTED : redactValue(value, depth + 1);
  }
  return copy;
}

function isSecret(key: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false;
  return SECRET_KEY.test(key.toLowerCase().replaceAll(/[-_]/g, ''));
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name}]`;
  if (value instanceof Date && Number.isNaN(value.getTime())) return String(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON(), depth + 1);
  return isPlain(value) ? redactObject(value, depth) : `[${value.constructor.name}]`;
}

/** Instances of classes hold sockets, buffers and private state: a log gets their name only. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Type, message and stack are not enumerable, so a plain copy would lose what matters most. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    ...redactObject(error, depth),
    type: error.name,
    message: redactText(error.message),
    stack: error.stack === undefined ? undefined : redactText(error.stack),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
