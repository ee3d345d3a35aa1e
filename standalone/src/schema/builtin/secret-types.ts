import type { ApiObject, Cause } from '../kinds.ts';
import { invalid, required, tooLong } from '../structural/cause.ts';
import { isJsonObject, ownValue } from '../structural/json-value.ts';
import { dataBytes, MAX_DATA_BYTES } from './data-rules.ts';

const ACCOUNT = 'kubernetes.io/service-account.name';
/** What stands in messages for what must not stand in messages. */
const REDACTED = '<secret contents redacted>';

/** Entries that a type of Secret must have; in `anyOf` one is enough. */
const TYPES: Readonly<Record<string, { allOf?: readonly string[]; anyOf?: readonly string[]; json?: string }>> = {
  'kubernetes.io/dockercfg': { allOf: ['.dockercfg'], json: '.dockercfg' },
  'kubernetes.io/dockerconfigjson': { allOf: ['.dockerconfigjson'], json: '.dockerconfigjson' },
  'kubernetes.io/basic-auth': { anyOf: ['username', 'password'] },
  'kubernetes.io/ssh-auth': { allOf: ['ssh-privatekey'] },
  'kubernetes.io/tls': { allOf: ['tls.crt', 'tls.key'] },
};

/** Types whose entry must not be empty; the others need only have it. */
const FILLED: ReadonlySet<string> = new Set(['kubernetes.io/ssh-auth']);

/** What a Secret lacks by its type, a type that changed, and too much of it all. */
export function secretCauses(secret: ApiObject, old: ApiObject | undefined): Cause[] {
  const type = String(secret['type']);
  const causes: Cause[] = [];
  if (dataBytes(secret, 'data', 'base64') > MAX_DATA_BYTES) causes.push(tooLong('data', MAX_DATA_BYTES));
  if (old !== undefined && old['type'] !== secret['type']) causes.push(invalid('type', type, 'field is immutable'));
  if (type === 'kubernetes.io/service-account-token' && (secret.metadata.annotations?.[ACCOUNT] ?? '') === '') {
    causes.push(required(`metadata.annotations[${ACCOUNT}]`));
  }
  return [...causes, ...entryCauses(type, isJsonObject(secret['data']) ? secret['data'] : {})];
}

function entryCauses(type: string, data: Record<string, unknown>): Cause[] {
  const { allOf = [], anyOf = [], json } = ownValue(TYPES, type) ?? {};
  const isThere = (key: string): boolean => Object.hasOwn(data, key) && (!FILLED.has(type) || data[key] !== '');
  const missing = anyOf.length > 0 && !anyOf.some(isThere) ? anyOf : allOf.filter((key) => !isThere(key));
  if (missing.length > 0) return missing.map((key) => required(`data[${key}]`));
  return json === undefined || isJson(data[json]) ? [] : [invalid(`data[${json}]`, REDACTED, 'is no JSON')];
}

function isJson(base64: unknown): boolean {
  try {
    JSON.parse(Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64').toString('utf8'));
    return true;
  } catch {
    // The text itself must not be told.
    return false;
  }
}
