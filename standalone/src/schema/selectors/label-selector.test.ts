import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from './label-selector.ts';

describe('parseLabelSelector', () => {
  it.each<[string, Record<string, string> | undefined, boolean]>([
    ['', { a: 'b' }, true],
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a=', { a: '' }, true],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['a', undefined, false],
    ['!a', {}, true],
    ['!a', { a: 'x' }, false],
    ['a in (b, c)', { a: 'c' }, true],
    ['a in (b,c)', { a: 'd' }, false],
    ['a notin (b,c)', {}, true],
    ['a notin (b,c)', { a: 'b' }, false],
    ['n>5', { n: '6' }, true],
    ['n<5', { n: '6' }, false],
    ['n>5', { n: 'many' }, false],
    ['x.org/a=b,!c,d in (e)', { 'x.org/a': 'b', d: 'e' }, true],
    ['in=notin', { in: 'notin' }, true],
  ])('%s on %j is %s', (selector, labels, expected) => {
    expect(parseLabelSelector(selector).matches(labels)).toBe(expected);
  });

  it.each(['a=b=c', 'a in b', 'a in (', '=b', 'a,,b', 'a=b,', 'a b', '-=x', 'a=/', 'n>x'])('refuses %s', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ code: 'BadRequest', status: 400 }));
  });

  it('does not find inherited properties', () => {
    expect(parseLabelSelector('constructor').matches({})).toBe(false);
  });

  it('ends in good time on absurd input', () => {
    expect(() => parseLabelSelector('('.repeat(60_000))).toThrow('unable to parse');
  });
});
