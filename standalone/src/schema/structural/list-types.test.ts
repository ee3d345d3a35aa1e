import { describe, expect, it } from 'vitest';
import { WIDGET_SCHEMA } from '../fixtures/widget-crd.ts';
import { listTypeCauses } from './list-types.ts';

describe('listTypeCauses', () => {
  it.each<[string, object, string[]]>([
    ['accepts different items', { tags: ['a', 'b'], parts: [{ name: 'a' }, { name: 'b' }] }, []],
    ['finds a repeated item of a set once', { tags: ['a', 'b', 'a', 'a'] }, ['spec.tags[2]: Duplicate value: "a"']],
    [
      'finds a repeated key',
      { parts: [{ name: 'a' }, { name: 'a', count: 2 }] },
      ['spec.parts[1]: Duplicate value: {"name":"a"}'],
    ],
    [
      'wants objects in a keyed list',
      { parts: ['a'] },
      ['spec.parts[0]: Invalid value: "a": must be an object for an array of list-type map'],
    ],
    ['allows repetition in a plain list', { lines: ['a', 'a'] }, []],
  ])('%s', (_name, spec, expected) => {
    const causes = listTypeCauses({ spec }, WIDGET_SCHEMA, '');
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });
});
