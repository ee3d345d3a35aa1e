import { expect, it } from 'vitest';
import type { SchemaNode } from '../kinds.ts';
import { embeddedCauses, embeddedFault } from './embedded.ts';

const SCHEMA: SchemaNode = {
  type: 'object',
  properties: {
    items: { type: 'array', items: { type: 'object', 'x-kubernetes-embedded-resource': true } },
  },
};

function told(item: object): string[] {
  return embeddedCauses({ items: [item] }, SCHEMA, '').map(({ reason, field }) => `${reason} ${field}`);
}

it('asks whole objects for an API version and a kind', () => {
  expect(told({})).toEqual(['FieldValueRequired items[0].apiVersion', 'FieldValueRequired items[0].kind']);
  expect(told({ apiVersion: 'v1', kind: 'Pod' })).toEqual([]);
  expect(told({ apiVersion: 'a/b/c', kind: 'no kind' })).toEqual([
    'FieldValueInvalid items[0].apiVersion',
    'FieldValueInvalid items[0].kind',
  ]);
});

it('judges their metadata, in which the name may be missing', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod' };
  expect(told({ ...pod, metadata: {} })).toEqual([]);
  expect(told({ ...pod, metadata: { labels: { 'a b': 'c' } } })).toEqual([
    'FieldValueInvalid items[0].metadata.labels',
  ]);
});

it('finds what cannot be read as metadata', () => {
  expect(embeddedFault({ items: [{ metadata: { name: 1 } }] }, SCHEMA, 'Thing')).toContain('items.0.metadata.name');
  expect(embeddedFault({ items: [{ kind: 1 }] }, SCHEMA, 'Thing')).toContain('items.0.kind');
  expect(embeddedFault({ items: [{ metadata: { name: 'a' } }] }, SCHEMA, 'Thing')).toBeUndefined();
});
