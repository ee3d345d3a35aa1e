import { code } from './markdown.ts';

/** The part of JSON Schema that our schemas use; also that of CRDs. */
export interface FieldSchema {
  type?: string;
  description?: string;
  enum?: readonly string[];
  format?: string;
  pattern?: string;
  default?: unknown;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: readonly string[];
  items?: FieldSchema;
  properties?: Readonly<Record<string, FieldSchema>>;
  additionalProperties?: FieldSchema | boolean;
}

/** One line of a field reference. */
export interface Field {
  /** Dotted; `[]` after a list, `.*` for the values of a map. */
  path: string;
  type: string;
  isRequired: boolean;
  /** What is allowed, as Markdown. */
  bounds: string;
  default: string;
  description: string;
}

/** Every list of conditions is metav1.Condition; its fields are told once, elsewhere. */
const isConditions = (path: string): boolean => path.endsWith('conditions');

/** Lists every field below a schema, parents first, in the order of the schema. */
export function fieldsOf(schema: FieldSchema, path = ''): Field[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const childPath = path === '' ? name : `${path}.${name}`;
    return [fieldOf(child, childPath, required.has(name)), ...fieldsBelow(child, childPath)];
  });
}

function fieldsBelow(schema: FieldSchema, path: string): Field[] {
  if (isConditions(path)) return [];
  if (schema.items) return fieldsBelow(schema.items, `${path}[]`);
  return schema.properties ? fieldsOf(schema, path) : [];
}

function fieldOf(schema: FieldSchema, path: string, isRequired: boolean): Field {
  return {
    path: schema.items ? `${path}[]` : path,
    type: typeOf(schema, path),
    isRequired,
    bounds: boundsOf(schema),
    default: schema.default === undefined ? '' : code(JSON.stringify(schema.default).replaceAll('"', '')),
    description: schema.description ?? '',
  };
}

function typeOf(schema: FieldSchema, path: string): string {
  if (isConditions(path)) return 'list of metav1.Condition';
  if (schema.items) return `list of ${plainType(schema.items)}s`;
  if (typeof schema.additionalProperties === 'object')
    return `map of ${plainType(schema.additionalProperties)}s by string`;
  return plainType(schema);
}

function plainType({ type = 'object', format, enum: choices }: FieldSchema): string {
  if (choices) return 'choice';
  if (format === 'date-time') return 'time';
  if (format === 'byte') return 'base64 string';
  return type;
}

function boundsOf(schema: FieldSchema): string {
  const inner = schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {});
  const own = [
    range(schema.minItems, schema.maxItems, 'items'),
    range(undefined, schema.maxProperties, 'entries'),
    ...scalarBounds(schema),
  ];
  const each = scalarBounds(inner).filter((bound) => bound !== '');
  const eachInWords = each.length === 0 ? [] : [`each ${each.join(', ')}`];
  return [...own.filter((bound) => bound !== ''), ...eachInWords].join('; ');
}

function scalarBounds(schema: FieldSchema): string[] {
  if (schema.enum) return [schema.enum.map(code).join(', ')];
  if (schema.format === 'date-time') return ['RFC 3339'];
  return [
    schema.minimum === undefined ? '' : `${schema.minimum} to ${schema.maximum ?? 'any'}`,
    range(schema.minLength, schema.maxLength, 'characters'),
    patternInWords(schema.pattern),
  ];
}

/** Patterns that have a name; what excludes nothing but NUL says little to a reader. */
const NAMED_PATTERNS: Readonly<Record<string, string>> = {
  '^[^\\x00]*$': '',
  '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$': 'a UUID',
  '^sha256:[0-9a-f]{64}$': '`sha256:` and 64 hex digits',
  '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$': 'RFC 3339 in UTC',
  '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$': 'a name as in RFC 1123',
};

function patternInWords(pattern: string | undefined): string {
  if (pattern === undefined) return '';
  return NAMED_PATTERNS[pattern] ?? code(pattern);
}

function range(least: number | undefined, most: number | undefined, what: string): string {
  if (most === undefined) return '';
  return least === undefined ? `at most ${most} ${what}` : `${least} to ${most} ${what}`;
}
