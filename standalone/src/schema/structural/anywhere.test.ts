import { describe, expect, it } from 'vitest';
import type { SchemaNode } from '../kinds.ts';
import { anywhere } from './anywhere.ts';

const SET: SchemaNode = { type: 'array', 'x-kubernetes-list-type': 'set' };

describe('anywhere', () => {
  const hasSet = anywhere((node) => node['x-kubernetes-list-type'] === 'set');

  it.each<[string, SchemaNode]>([
    ['at the top', SET],
    ['in a property', { properties: { a: {}, list: SET } }],
    ['in items', { items: { items: SET } }],
    ['in the values of a map', { additionalProperties: { properties: { list: SET } } }],
  ])('finds a node %s', (_where, schema) => {
    expect(hasSet(schema)).toBe(true);
    expect(hasSet(schema)).toBe(true);
  });

  it('finds nothing where there is nothing, also in a schema that contains itself', () => {
    const loop: SchemaNode = { properties: { flag: { type: 'boolean' } }, additionalProperties: true };
    loop.items = loop;
    expect(hasSet(loop)).toBe(false);
    expect(hasSet({ properties: { inner: loop, list: SET } })).toBe(true);
  });
});
