import { describe, expect, it } from 'vitest';
import { goJson, goQuote, invalid, OMITTED } from './cause.ts';

describe('messages', () => {
  it('quotes strings as Go does', () => {
    expect(goQuote('a"b\\c\nd\u0007\u001b<é')).toBe('"a\\"b\\\\c\\nd\\a\\x1b<é"');
  });

  it('writes JSON as Go does: keys sorted, HTML escaped', () => {
    expect(goJson({ b: 1, a: { d: '<&>', c: [] } })).toBe('{"a":{"c":[],"d":"\\u003c\\u0026\\u003e"},"b":1}');
  });

  it('leaves out a value that is too big to show', () => {
    expect(invalid('spec', OMITTED, 'no').message).toBe('Invalid value: no');
    expect(invalid('spec', { b: 1 }, 'no').message).toBe('Invalid value: {"b":1}: no');
  });
});
