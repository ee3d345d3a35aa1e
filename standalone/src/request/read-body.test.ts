import { describe, expect, it } from 'vitest';
import { mediaType, parseDocument } from './read-body.ts';

function parse(text: string, type: string): unknown {
  return parseDocument(Buffer.from(text), type);
}

const refused = expect.objectContaining({ code: 'BadRequest' });

describe('parseDocument', () => {
  it('reads JSON, and YAML or JSON under a YAML content type', () => {
    expect(parse('{"a":1}', 'application/json')).toEqual({ a: 1 });
    expect(parse('{"a":1}', 'application/apply-patch+yaml')).toEqual({ a: 1 });
    expect(parse('{a: 1}', 'application/apply-patch+yaml')).toEqual({ a: 1 });
    expect(parse('a: "1"\nb: [x]\n', 'application/yaml')).toEqual({ a: '1', b: ['x'] });
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

  it('refuses keys named __proto__ in either form', () => {
    expect(() => parse('{"a":{"__proto__":{}}}', 'application/json')).toThrowError(refused);
    expect(() => parse('a: {__proto__: {x: 1}}', 'application/yaml')).toThrowError(refused);
    expect(parse('{"a":"__proto__"}', 'application/json')).toEqual({ a: '__proto__' });
  });
});

describe('mediaType', () => {
  it('drops parameters and case', () => {
    expect(mediaType('Application/JSON; charset=utf-8')).toBe('application/json');
    expect(mediaType(undefined)).toBe('');
  });
});
