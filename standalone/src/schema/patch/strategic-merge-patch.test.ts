import { describe, expect, it } from 'vitest';
import { compileCrd } from '../crd/compile-crd.ts';
import { widgetCrd } from '../fixtures/widget-crd.ts';
import type { JsonObject } from '../kinds.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const kind = compileCrd(widgetCrd());

describe('applyStrategicMergePatch', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      'merges keyed lists',
      { parts: [{ name: 'a', count: 1 }, { name: 'b' }] },
      { parts: [{ name: 'a', count: 2 }, { name: 'c' }] },
      { parts: [{ name: 'a', count: 2 }, { name: 'c' }, { name: 'b' }] },
    ],
    [
      'deletes an item by key',
      { parts: [{ name: 'a' }, { name: 'b' }] },
      { parts: [{ name: 'a', $patch: 'delete' }] },
      { parts: [{ name: 'b' }] },
    ],
    [
      'replaces a keyed list',
      { parts: [{ name: 'a' }] },
      { parts: [{ $patch: 'replace' }, { name: 'z' }] },
      { parts: [{ name: 'z' }] },
    ],
    ['joins sets', { tags: ['x'] }, { tags: ['y', 'x'] }, { tags: ['y', 'x'] }],
    ['takes values out of a set', { tags: ['x', 'y'] }, { '$deleteFromPrimitiveList/tags': ['x'] }, { tags: ['y'] }],
    ['replaces plain lists', { lines: ['a', 'b'] }, { lines: ['c'] }, { lines: ['c'] }],
    ['replaces a map', { raw: { a: 1, b: 2 } }, { raw: { $patch: 'replace', c: 3 } }, { raw: { c: 3 } }],
    ['retains keys', { raw: { a: 1, b: 2 } }, { raw: { $retainKeys: ['a', 'c'], c: 3 } }, { raw: { a: 1, c: 3 } }],
    [
      'obeys the order of elements',
      { tags: ['x', 'z'] },
      { '$setElementOrder/tags': ['x', 'y', 'z'], tags: ['y'] },
      { tags: ['x', 'y', 'z'] },
    ],
    ['removes by null', { size: 1, title: 'a' }, { title: null }, { size: 1 }],
  ])('%s', (_name, spec, patch, expected) => {
    const target = { spec };
    const before = structuredClone(target);
    expect(applyStrategicMergePatch(target, { spec: patch }, kind)).toEqual({ spec: expected });
    expect(target).toEqual(before);
  });

  it('refuses a directive that does not exist', () => {
    expect(() => applyStrategicMergePatch({}, { spec: { $patch: 'sing' } }, kind)).toThrow('unknown patch type: sing');
  });
});
