import { describe, expect, it } from 'vitest';
import { mediaType, parseDocument } from './read-body.ts';

function parse(text: string, type: string): unknown {
  return parseDocument(Buffer.from(text), type);
}

const refused = expect.objectContaining({ code: 'BadRequest' });

describe('parseDocument', () => {
  it('reads JSON, and YAML or JSON under a YAML content type', () => {
    expect(parse('{"a":1}', 'application/json')).toEqual({ a: 1 });
    expect(parse('{"a":1}', 'application/yaml')).toEqual({ a: 1 });
    expect(parse('{a: 1}', 'application/yaml')).toEqual({ a: 1 });
    expect(parse('a: "1"\nb: [x]\n', 'application/yaml')).toEqual({ a: '1', b: ['x'] });
  });

  it.each(['text/plain', 'application/merge-patch+json', ';'])('does not know %s', (type) => {
    expect(() => parse('{}', type)).toThrowError(expect.objectContaining({ code: 'UnsupportedMediaType' }));
  });

  it('takes bytes that are not UTF-8 for U+FFFD, and a byte order mark for no JSON', () => {
    const bytes = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
    expect(parseDocument(bytes, 'application/json')).toEqual({ a: '\ufffd' });
    expect(() => parse('\ufeff{}', 'application/json')).toThrowError(refused);
    expect(parse('\ufeffa: 1', 'application/yaml')).toEqual({ a: 1 });
  });

  it('refuses numbers that JSON cannot hold', () => {
    expect(() => parse('{"a":1e999}', 'application/json')).toThrowError(refused);
    expect(() => parse('a: [.inf]', 'application/yaml')).toThrowError(refused);
  });

  it('refuses what nests too deeply, in either form', () => {
    expect(() => parse('['.repeat(100_000) + ']'.repeat(100_000), 'application/json')).toThrowError(refused);
    expect(() => parse('['.repeat(5000) + ']'.repeat(5000), 'application/yaml')).toThrowError(refused);
  });

  it('refuses YAML aliases that multiply', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 9; level += 1) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(',')}]`);
    }
    expect(() => parse(lines.join('\n'), 'application/yaml')).toThrowError(refused);
  });

  it.each([
    ['application/json', '{"a":{"__proto__":{"x":1},"constructor":2}}'],
    ['application/yaml', 'a: {__proto__: {x: 1}, constructor: 2}'],
  ])('takes a key named __proto__ in %s for data', (type, text) => {
    const { a } = parse(text, type) as { a: Record<string, unknown> };
    expect(Object.keys(a)).toEqual(['__proto__', 'constructor']);
    expect(a['x']).toBeUndefined();
    expect(Object.getPrototypeOf(a)).toBe(Object.prototype);
  });
});

describe('mediaType', () => {
  it('drops parameters and case', () => {
    expect(mediaType('Application/JSON; charset=utf-8')).toBe('application/json');
    expect(mediaType(undefined)).toBe('');
  });
});
