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
    ['a in (,b)', { a: '' }, true],
    ['a notin ()', { a: '' }, false],
    [' a\t!=\nb ', { a: 'c' }, true],
    ['n>9223372036854775806', { n: '9223372036854775807' }, true],
    ['n>1', { n: '9223372036854775808' }, false],
  ])('%s on %j is %s', (selector, labels, expected) => {
    expect(parseLabelSelector(selector).matches(labels)).toBe(expected);
  });

  it.each(['a=b=c', 'a in b', 'a in (', '=b', 'a,,b', 'a=b,', 'a b', '-=x', 'a=/', 'n>x'])('refuses %s', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ code: 'BadRequest', status: 400 }));
  });

  it.each([
    ['=b', "found '=', expected: !, identifier, or 'end of string'"],
    ['a=b,', "found '', expected: identifier after ','"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
  ])('says of %s: %s', (selector, message) => {
    expect(() => parseLabelSelector(selector)).toThrow(new RegExp(`^${message.replace(/[()|?*.]/g, '\\$&')}$`));
  });

  it('does not find inherited properties', () => {
    expect(parseLabelSelector('constructor').matches({})).toBe(false);
  });

  it('ends in good time on absurd input', () => {
    expect(() => parseLabelSelector('('.repeat(100_000))).toThrow("found '('");
    expect(() => parseLabelSelector(`a in (${'x,'.repeat(50_000)}`)).toThrow("found '', expected");
    expect(parseLabelSelector('a,'.repeat(50_000) + 'a').matches({ a: '' })).toBe(true);
  });
});
