import { assert, bigInt, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareResourceVersions } from './resource-version.ts';

describe('compareResourceVersions', () => {
  it('orders numbers of any length', () => {
    assert(
      property(bigInt({ min: 0n, max: 10n ** 40n }), bigInt({ min: 0n, max: 10n ** 40n }), (left, right) => {
        const order = compareResourceVersions(String(left), String(right)) ?? Number.NaN;
        expect(Math.sign(order)).toBe(left < right ? -1 : left > right ? 1 : 0);
      }),
    );
  });

  it.each([
    ['1', undefined],
    [undefined, undefined],
    ['1', 'a'],
    ['007', '8'],
    ['-1', '1'],
    ['', '1'],
  ])('says nothing of %s and %s', (left, right) => {
    expect(compareResourceVersions(left, right)).toBeUndefined();
  });

  it('knows that equal ones are equal, whatever they are', () => {
    expect(compareResourceVersions('abc', 'abc')).toBe(0);
  });
});
