import { describe, expect, it } from 'vitest';
import type { LabelSelectorObject } from '../kind/policy-types.ts';
import { isEmptySelector, matchesSelector } from './label-selector.ts';

describe('matchesSelector', () => {
  it.each<[LabelSelectorObject, Record<string, string>, boolean]>([
    [{}, {}, true],
    [{ matchLabels: { a: '1' } }, { a: '1', b: '2' }, true],
    [{ matchLabels: { a: '1' } }, { a: '2' }, false],
    [{ matchLabels: { constructor: '1' } }, {}, false],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, { a: '2' }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1'] }] }, {}, false],
    [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, {}, true],
    [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, { a: '1' }, false],
    [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }, { a: '' }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, { a: '' }, false],
    [{ matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] }, { a: '1' }, false],
  ])('%j of %j: %s', (selector, labels, expected) => {
    expect(matchesSelector(selector, labels)).toBe(expected);
  });

  it('takes an object without labels for one with none', () => {
    expect(matchesSelector({ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, undefined)).toBe(true);
  });
});

describe('isEmptySelector', () => {
  it('knows what asks for nothing', () => {
    expect([{}, { matchLabels: {} }, { matchLabels: {}, matchExpressions: [] }].map(isEmptySelector)).toEqual([
      true,
      true,
      true,
    ]);
    expect(isEmptySelector({ matchLabels: { a: '' } })).toBe(false);
  });
});
