import { expect, it } from 'vitest';
import type { SchemaNode } from '../kinds.ts';
import { alignLists } from './align-lists.ts';

const SET: SchemaNode = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } };
const MAP: SchemaNode = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['k'],
  items: { type: 'object', properties: { k: { type: 'string' }, tags: SET } },
};

it('brings sets and keyed lists into the order of the new value, at any depth', () => {
  const schema: SchemaNode = { type: 'object', properties: { set: SET, map: MAP } };
  const value = { set: ['b', 'a'], map: [{ k: 'y' }, { k: 'x', tags: ['2', '1'] }] };
  const old = { set: ['a', 'b'], map: [{ k: 'x', tags: ['1', '2'] }, { k: 'y' }] };
  expect(alignLists(value, old, schema)).toEqual(value);
});

it.each([
  ['members differ', ['a', 'c'], ['a', 'b']],
  ['there are more', ['b', 'a', 'c'], ['a', 'b']],
])('leaves a set as it was where %s', (_name, value, old) => {
  expect(alignLists(value, old, SET)).toEqual(old);
});

it('leaves atomic lists in their order', () => {
  expect(alignLists(['b', 'a'], ['a', 'b'], { type: 'array', items: { type: 'string' } })).toEqual(['a', 'b']);
});
