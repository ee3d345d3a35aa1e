import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WIDGET_SCHEMA } from '../fixtures/widget-crd.ts';
import type { Json } from '../kinds.ts';
import { pruneValue } from './prune.ts';

describe('pruneValue', () => {
  it.each<[string, Json, Json, string[]]>([
    ['drops what is not declared', { spec: { size: 1, foo: 2 }, bar: 3 }, { spec: { size: 1 } }, ['bar', 'spec.foo']],
    [
      'looks into lists',
      { spec: { parts: [{ name: 'a', x: 1 }] } },
      { spec: { parts: [{ name: 'a' }] } },
      ['spec.parts[0].x'],
    ],
    ['keeps every key of a map', { spec: { labels: { any: 'v' } } }, { spec: { labels: { any: 'v' } } }, []],
    [
      'keeps unknown fields where the schema says so',
      { spec: { raw: { x: { y: 1 } } } },
      { spec: { raw: { x: { y: 1 } } } },
      [],
    ],
    ['leaves scalars where an object is expected', { spec: 'text' }, { spec: 'text' }, []],
    [
      'drops a __proto__ key as any other',
      { spec: JSON.parse('{"__proto__": {"a": 1}}') as Json },
      { spec: {} },
      ['spec.__proto__'],
    ],
  ])('%s', (_name, value, expected, unknownFields) => {
    expect(pruneValue(value, WIDGET_SCHEMA)).toEqual({ value: expected, unknownFields });
  });

  it('changes nothing the second time, and not its argument', () => {
    const keys = fc.constantFrom(
      'spec',
      'size',
      'parts',
      'name',
      'labels',
      'raw',
      'x',
      'y',
      '__proto__',
      'constructor',
    );
    const tree = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<Json>(1, 'a', null, true),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<Json>,
      ),
    })).value;
    fc.assert(
      fc.property(tree, (value) => {
        const before = JSON.stringify(value);
        const once = pruneValue(value, WIDGET_SCHEMA).value;
        const twice = pruneValue(once, WIDGET_SCHEMA);
        expect(JSON.stringify(value)).toBe(before);
        expect(twice).toEqual({ value: once, unknownFields: [] });
      }),
    );
  });
});
