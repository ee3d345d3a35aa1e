import type { Refusal } from '../verdict.ts';
import { refuse, shown } from '../verdict.ts';

/** What one field of a call may be. */
export interface Field {
  readonly check: (value: unknown, path: string) => Refusal | undefined;
  readonly isOptional?: true;
}

/** The fields of an object; all others are refused. */
export type Shape = Readonly<Record<string, Field>>;

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses unknown fields first (they are what an attack adds), then missing and wrong ones. */
export function checkShape(object: JsonObject, shape: Shape, path: string): Refusal | undefined {
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(shape, key)) {
      return refuse(
        'call-unknown-field',
        `${at(path, key)} is not a field of this call`,
        Object.keys(shape).join(', '),
      );
    }
  }
  for (const [key, field] of Object.entries(shape)) {
    if (!Object.hasOwn(object, key)) {
      if (field.isOptional) continue;
      return refuse('call-shape', `${at(path, key)} is missing`, Object.keys(shape).join(', '));
    }
    const refusal = field.check(object[key], at(path, key));
    if (refusal) return refusal;
  }
  return undefined;
}

function at(path: string, key: string): string {
  const plain = /^[A-Za-z0-9_]{1,40}$/.test(key) ? key : shown(key);
  return path === '' ? plain : `${path}.${plain}`;
}

/** A field that may be left out. */
export function optional(field: Field): Field {
  return { ...field, isOptional: true };
}

/** A text without NUL of bounded length; `pattern` is anchored. */
export function text(min: number, max: number, pattern?: RegExp): Field {
  return {
    check: (value, path) => {
      if (typeof value !== 'string') return wrongType(path, 'a string');
      if (value.length < min || value.length > max)
        return refuse('call-shape', `${path} has ${value.length} characters`, `${min} to ${max}`);
      if (value.includes('\0')) return refuse('call-shape', `${path} holds a NUL`, 'plain text');
      return pattern && !pattern.test(value)
        ? refuse('call-shape', `${path} is ${shown(value)}`, pattern.source)
        : undefined;
    },
  };
}

/** A whole number within bounds. */
export function whole(min: number, max: number): Field {
  return {
    check: (value, path) =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? undefined
        : wrongType(path, `a whole number from ${min} to ${max}`),
  };
}

/** One of a closed list of words. */
export function word(...words: readonly string[]): Field {
  return {
    check: (value, path) =>
      typeof value === 'string' && words.includes(value) ? undefined : wrongType(path, `one of ${words.join(', ')}`),
  };
}

/** A list of bounded length. */
export function list(item: Field, min: number, max: number): Field {
  return {
    check: (value, path) => {
      if (!Array.isArray(value)) return wrongType(path, 'a list');
      const items: readonly unknown[] = value;
      if (items.length < min || items.length > max)
        return refuse('call-shape', `${path} has ${items.length} items`, `${min} to ${max}`);
      for (const [index, entry] of items.entries()) {
        const refusal = item.check(entry, `${path}[${index}]`);
        if (refusal) return refusal;
      }
      return undefined;
    },
  };
}

/** An object of a known shape. */
export function object(shape: Shape): Field {
  return { check: (value, path) => (isObject(value) ? checkShape(value, shape, path) : wrongType(path, 'an object')) };
}

function wrongType(path: string, wanted: string): Refusal {
  return refuse('call-shape', `${path === '' ? 'the call' : path} is not ${wanted}`, wanted);
}
