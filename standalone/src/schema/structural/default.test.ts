import { describe, expect, it } from 'vitest';
import { WIDGET_SCHEMA } from '../fixtures/widget-crd.ts';
import type { Json, SchemaNode } from '../kinds.ts';
import { defaultValue } from './default.ts';

const SPEC: SchemaNode | undefined = WIDGET_SCHEMA.properties?.['spec'];

describe('defaultValue', () => {
  it.each<[string, Json, Json]>([
    ['fills in scalars and objects with their own defaults', {}, { color: 'Red', limits: { cpu: 2 } }],
    ['leaves what is set', { color: 'Green', limits: { cpu: 7 } }, { color: 'Green', limits: { cpu: 7 } }],
    [
      'works on list items',
      { parts: [{ name: 'a' }], limits: {} },
      { parts: [{ name: 'a', count: 1 }], limits: { cpu: 2 }, color: 'Red' },
    ],
    ['replaces a null that is not allowed by the default', { color: null }, { color: 'Red', limits: { cpu: 2 } }],
    ['drops a null that is not allowed and has no default', { title: null }, { color: 'Red', limits: { cpu: 2 } }],
    ['keeps a null that is allowed', { note: null }, { note: null, color: 'Red', limits: { cpu: 2 } }],
  ])('%s', (_name, value, expected) => {
    const before = structuredClone(value);
    expect(defaultValue(value, SPEC)).toEqual(expected);
    expect(value).toEqual(before);
  });

  it('gives every object a default of its own', () => {
    const first = defaultValue({}, SPEC) as { limits: { cpu: number } };
    first.limits.cpu = 9;
    expect(defaultValue({}, SPEC)).toMatchObject({ limits: { cpu: 2 } });
  });
});
