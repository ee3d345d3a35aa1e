import { evaluate } from '@marcbachmann/cel-js';
import type { SchemaNode } from '../kinds.ts';
import { isGoDuration, looseSeconds } from '../structural/go-duration.ts';
import { isJsonObject, ownValue } from '../structural/json-value.ts';
import { celFieldNames } from './field-names.ts';

/**
 * A JSON value as CEL sees it: integers are bigint, numbers double, declared objects have escaped field names,
 * maps are Map, and date-time, duration and byte strings have types of their own.
 */
export function celValue(value: unknown, schema: SchemaNode | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema?.items));
  if (isJsonObject(value)) return schema === undefined ? untypedMap(value) : celObject(value, schema);
  if (typeof value === 'number') return schema?.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  return typeof value === 'string' ? celString(value, schema) : value;
}

function untypedMap(value: Record<string, unknown>): Map<string, unknown> {
  return new Map(Object.entries(value).map(([key, item]) => [key, celValue(item, undefined)]));
}

function celObject(value: Record<string, unknown>, schema: SchemaNode): unknown {
  const additional = schema.additionalProperties;
  if (typeof additional === 'object') {
    return new Map(Object.entries(value).map(([key, item]) => [key, celValue(item, additional)]));
  }
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) {
    const property = ownValue(objectProperties(schema), key);
    // A field that is null is as if it were not there.
    if (property === undefined || item === null) continue;
    const value = celValue(item, property);
    for (const name of celFieldNames(key)) result[name] = value;
  }
  return result;
}

const STRING: SchemaNode = { type: 'string' };
const VISIBLE_META: SchemaNode = { type: 'object', properties: { name: STRING, generateName: STRING } };

/**
 * Properties of an object node that rules may reach. Of a resource's metadata only name and generateName are
 * visible, whatever the schema says.
 */
export function objectProperties(schema: SchemaNode): Record<string, SchemaNode> {
  if (schema['x-kubernetes-embedded-resource'] !== true) return schema.properties ?? {};
  return { ...schema.properties, apiVersion: STRING, kind: STRING, metadata: VISIBLE_META };
}

function celString(text: string, schema: SchemaNode | undefined): unknown {
  const format = schema?.format;
  if (format === 'date' || format === 'date-time') {
    const time = new Date(text);
    return Number.isNaN(time.getTime()) ? text : time;
  }
  if (format === 'duration') return toDuration(isGoDuration(text) ? text : `${looseSeconds(text) ?? 0}s`);
  return format === 'byte' ? new Uint8Array(Buffer.from(text, 'base64')) : text;
}

/** cel-js exports no duration class; its own conversion makes one. Forms it does not know stay strings. */
function toDuration(text: string): unknown {
  try {
    return evaluate('duration(text)', { text });
  } catch {
    return text;
  }
}
