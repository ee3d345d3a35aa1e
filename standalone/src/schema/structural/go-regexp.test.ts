import { describe, expect, it } from 'vitest';
import { compileGoRegexp } from './go-regexp.ts';

describe('compileGoRegexp', () => {
  it.each([
    ['^[a-z]+$', 'abc', true],
    ['(?i)^abc$', 'ABC', true],
    ['^[[:alpha:]]+\\z', 'abc', true],
    ['^[[:alpha:]]+\\z', 'ab1', false],
    ['\\Aa\\-b', 'a-b', true],
    ['(?P<year>\\d{4})', '2026', true],
    ['^\\p{Lu}', 'Ä', true],
  ])('%s on %s gives %s', (pattern, text, expected) => {
    expect(compileGoRegexp(pattern).test(text)).toBe(expected);
  });

  it.each(['(?=a)', 'a(?!b)', '(?<=a)b', '(a)\\1', '('])('refuses %s as RE2 does', (pattern) => {
    expect(() => compileGoRegexp(pattern)).toThrow(SyntaxError);
  });
});
