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
    ['^\\p{Greek}$', 'α', true],
    ['\\Qa.b\\E', 'axb', false],
    ['^(?i)HELLO$', 'hello', true],
    ['(a(?i)b)c', 'aBC', false],
    ['(?i:a)b', 'Ab', true],
    ['^.$', '\u2028', true],
    ['^.$', '\n', false],
    ['\\s', '\v', false],
    ['a{,2}', 'a{,2}', true],
    ['[]a]', ']', true],
    ['\\x{1F600}', '😀', true],
  ])('%s on %s gives %s', (pattern, text, expected) => {
    expect(compileGoRegexp(pattern).test(text)).toBe(expected);
  });

  it.each([
    '(?=a)',
    'a(?!b)',
    '(?<=a)b',
    '(a)\\1',
    '(',
    'a)',
    'a{1001}',
    '\\y',
    '[[:nope:]]',
    'a**',
    'a\\',
    '\\p{Nope}',
  ])('refuses %s as RE2 does', (pattern) => {
    expect(() => compileGoRegexp(pattern)).toThrow(SyntaxError);
  });
});
