import type { Cause } from '../kinds.ts';

/** Stands for a value that a message leaves out. */
export const OMITTED = Symbol('omitted');

/** Quotes a string as Go's %q does: control characters as \x1b, the rest as in JSON. */
export function goQuote(text: string): string {
  const named: Record<string, string> = { '\u0007': '\\a', '\u000b': '\\v' };
  return JSON.stringify(text)
    .replace(/\\u00([01][0-9a-f])|\u007f/g, (_match, hex: string | undefined) => {
      if (hex === undefined) return '\\x7f';
      return named[String.fromCodePoint(Number.parseInt(hex, 16))] ?? `\\x${hex}`;
    })
    .replace(/(?! )[\p{Z}\p{C}]/gu, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** JSON as Go's encoding/json writes it: keys of maps sorted, `<`, `>` and `&` escaped. */
export function goJson(value: unknown): string {
  return (JSON.stringify(sorted(value)) ?? 'null').replace(
    /[<>&]/g,
    (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
  );
}

/** A copy takes half the time that a replacer function takes, which JSON.stringify calls for each value. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function body(title: string, value: unknown, detail: string): string {
  const shown = value === OMITTED ? title : `${title}: ${typeof value === 'string' ? goQuote(value) : goJson(value)}`;
  return detail === '' ? shown : `${shown}: ${detail}`;
}

/** `Invalid value: 3: must be even`. */
export function invalid(field: string, value: unknown, detail: string): Cause {
  return { reason: 'FieldValueInvalid', field, message: body('Invalid value', value, detail) };
}

/** As `invalid`, for a value of the wrong type. CEL rules are not run when there is one. */
export function typeInvalid(field: string, value: unknown, detail: string): Cause {
  return { reason: 'FieldValueTypeInvalid', field, message: body('Invalid value', value, detail) };
}

/** `Required value`, with a detail where the form of the value needs words. */
export function required(field: string, detail = ''): Cause {
  return { reason: 'FieldValueRequired', field, message: body('Required value', OMITTED, detail) };
}

/** `Forbidden: why`. */
export function forbidden(field: string, detail: string): Cause {
  return { reason: 'FieldValueForbidden', field, message: body('Forbidden', OMITTED, detail) };
}

/** `Unsupported value: "x": supported values: "a", "b"`. */
export function notSupported(field: string, value: unknown, supported: readonly unknown[]): Cause {
  const names = supported.map((item) => goQuote(typeof item === 'string' ? item : goJson(item)));
  const detail = names.length === 0 ? '' : `supported values: ${names.join(', ')}`;
  return { reason: 'FieldValueNotSupported', field, message: body('Unsupported value', value, detail) };
}

/** `Duplicate value: "x"`. */
export function duplicate(field: string, value: unknown): Cause {
  return { reason: 'FieldValueDuplicate', field, message: body('Duplicate value', value, '') };
}

/** `Too long: may not be more than 10 bytes`; the value is left out, and the unit is kube-apiserver's (it counts code points). */
export function tooLong(field: string, max: number): Cause {
  const detail = `may not be more than ${max} byte${max === 1 ? '' : 's'}`;
  return { reason: 'FieldValueTooLong', field, message: body('Too long', OMITTED, detail) };
}

/** `Too many: 3: must have at most 2 items`. */
export function tooMany(field: string, actual: number, max: number): Cause {
  const detail = `must have at most ${max} item${max === 1 ? '' : 's'}`;
  return { reason: 'FieldValueTooMany', field, message: body('Too many', actual, detail) };
}
