import { describe, expect, it } from 'vitest';
import { isTrue, parseQuery } from './query.ts';

describe('parseQuery', () => {
  it.each([
    ['a=1&b=2', 'a=1&b=2'],
    ['a=%zz&b=2', 'b=2'],
    ['a=1;b=2&c=3', 'c=3'],
    ['a=%2&b=%41', 'b=A'],
    ['a=%ff', 'a=%EF%BF%BD'],
    ['&&==&a', '==&a='],
  ])('%s is %s', (text, expected) => {
    expect(decodeURIComponent(parseQuery(text).toString())).toBe(decodeURIComponent(expected));
  });
});

describe('isTrue', () => {
  it('takes everything but false, 0 and nothing for true', () => {
    expect([null, 'false', '0'].map(isTrue)).toEqual([false, false, false]);
    expect(['', '1', 'true', 'no', 'False'].map(isTrue)).toEqual([true, true, true, true, true]);
  });
});
