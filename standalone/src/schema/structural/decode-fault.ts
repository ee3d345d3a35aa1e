import type { SchemaNode } from '../kinds.ts';
import { matchesStringFormat } from './formats.ts';
import { isJsonObject, jsonType, ownValue } from './json-value.ts';

/**
 * Why a value cannot be decoded into the Go type that a schema stands for, in the words of Go's decoder;
 * undefined when it can. Null fits everywhere and missing fields are no fault: types alone are judged.
 */
export function decodeFault(value: unknown, schema: SchemaNode, path: string): string | undefined {
  if (value === null || value === undefined || schema['x-kubernetes-int-or-string'] === true) return undefined;
  const actual = jsonType(value);
  if (!fits(actual, schema.type)) {
    const found = actual === 'integer' ? 'number' : actual;
    return `json: cannot unmarshal ${found} into Go struct field ${path} of type ${goType(schema)}`;
  }
  if (typeof value === 'string') return formatFault(value, schema);
  if (typeof value === 'number') return rangeFault(value, schema, path);
  if (Array.isArray(value)) return firstFault(value.map((item) => [item, schema.items, path]));
  if (!isJsonObject(value)) return undefined;
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return firstFault(
    Object.entries(value).map(([key, child]) => [
      child,
      ownValue(schema.properties, key) ?? additional,
      `${path}.${key}`,
    ]),
  );
}

/** Times and bytes have Go types of their own, whose decoders look at the text. */
function formatFault(text: string, { format, pattern }: SchemaNode): string | undefined {
  if (format === 'byte' && !BASE64.test(text)) return 'illegal base64 data at input byte 0';
  if (format !== 'date-time') return undefined;
  const isTime = matchesStringFormat('date-time', text) && (pattern === undefined || new RegExp(pattern).test(text));
  if (isTime) return undefined;
  return `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`;
}

const INT32_LIMIT = 2 ** 31;

function rangeFault(value: number, { type, format }: SchemaNode, path: string): string | undefined {
  if (type !== 'integer' || format !== 'int32' || (value >= -INT32_LIMIT && value < INT32_LIMIT)) return undefined;
  return `json: cannot unmarshal number ${value} into Go struct field ${path} of type int32`;
}

/** Standard base64 with padding; line breaks are skipped, as by Go. */
const BASE64 =
  /^[\r\n]*(?:(?:[A-Za-z0-9+/][\r\n]*){4})*(?:(?:[A-Za-z0-9+/][\r\n]*){2}==|(?:[A-Za-z0-9+/][\r\n]*){3}=)?[\r\n]*$/;

function firstFault(parts: readonly [unknown, SchemaNode | undefined, string][]): string | undefined {
  for (const [value, schema, path] of parts) {
    const fault = schema === undefined ? undefined : decodeFault(value, schema, path);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function fits(actual: string, wanted: string | undefined): boolean {
  return wanted === undefined || actual === wanted || (actual === 'integer' && wanted === 'number');
}

const GO_TYPES: Record<string, string> = { boolean: 'bool', number: 'float64', object: 'map[string]interface {}' };

function goType({ type = '', format, items }: SchemaNode): string {
  if (type === 'array') return `[]${items === undefined ? 'interface {}' : goType(items)}`;
  return type === 'integer' ? (format ?? 'int64') : (GO_TYPES[type] ?? type);
}
