import type { SchemaNode } from '../kinds.ts';
import { ownValue } from '../structural/json-value.ts';

/** Where a field path leads: the schema node and the names on the way. */
export interface FoundField {
  node: SchemaNode | undefined;
  segments: readonly string[];
}

/** What a field path may look like. */
export interface FieldPathOptions {
  /** Whether `['name']` is allowed beside `.name`. */
  hasBrackets: boolean;
}

/**
 * Follows a path such as `.spec.foo['a.b']` through properties and map values of a schema.
 *
 * @returns the node found, or in words why the path is wrong.
 */
export function findSchemaField(path: string, schema: SchemaNode, options: FieldPathOptions): FoundField | string {
  const segments: string[] = [];
  let node: SchemaNode | undefined = schema;
  let rest = path;
  while (rest !== '') {
    const token = nextSegment(rest, options);
    if (typeof token === 'string') return token;
    const below: SchemaNode | 'unknown' | undefined = child(node, token.name);
    if (below === 'unknown') return 'does not refer to a valid field';
    node = below;
    segments.push(token.name);
    rest = rest.slice(token.length);
  }
  return { node, segments };
}

function nextSegment(rest: string, options: FieldPathOptions): { name: string; length: number } | string {
  if (rest.startsWith('[')) {
    if (!options.hasBrackets) return 'array notation is not allowed';
    const match = /^\['((?:[^'\\]|\\.)*)'\]/.exec(rest);
    if (match === null) return `expected single quoted string but got ${rest.slice(1)}`;
    return { name: unescape(match[1] ?? ''), length: match[0].length };
  }
  if (!rest.startsWith('.')) return `expected [ or . but got: ${/^[^.[\]]*/.exec(rest)?.[0] ?? ''}`;
  const name = /^[^.[\]]+|^./.exec(rest.slice(1))?.[0];
  return name === undefined ? 'unexpected end of JSON path' : { name, length: name.length + 1 };
}

const ESCAPES: Record<string, string> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_whole, letter: string) => ESCAPES[letter] ?? letter);
}

function child(node: SchemaNode | undefined, name: string): SchemaNode | 'unknown' | undefined {
  if (node?.properties !== undefined) return ownValue(node.properties, name) ?? 'unknown';
  const additional = node?.additionalProperties;
  if (additional === undefined) return 'unknown';
  return typeof additional === 'object' ? additional : undefined;
}
