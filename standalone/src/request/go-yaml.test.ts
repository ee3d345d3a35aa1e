import { describe, expect, it } from 'vitest';
import { parseYaml, repeatedYamlKeys } from './go-yaml.ts';

describe('parseYaml', () => {
  // Each as kube-apiserver 1.36 stores it in a field that takes anything.
  it.each<[string, unknown]>([
    ['yes', true],
    ['Off', false],
    ['y', true],
    ['tRue', 'tRue'],
    ['0777', 511],
    ['0o17', 15],
    ['0x1F', 31],
    ['0b11', 3],
    ['1_000', 1000],
    ['08', 8],
    ['-0x1', -1],
    ['1:30', '1:30'],
    ['2020-01-01', '2020-01-01'],
    ['1e3', 1000],
    ['~', null],
    ['!!str 1', '1'],
    ['!foo b', 'b'],
    ['!!js/function x', 'x'],
    ['{<<: {a: 1}, b: 2}', { a: 1, b: 2 }],
    ['{true: a, 1: b}', { true: 'a', 1: 'b' }],
  ])('reads %s', (text, expected) => {
    expect(parseYaml(`v: ${text}`)).toEqual({ v: expected });
  });

  it('takes the first document, and null for none', () => {
    expect(parseYaml('a: 1\n---\nb: 2\n')).toEqual({ a: 1 });
    for (const text of ['', '\n', '---', '# nothing', '~']) expect(parseYaml(text)).toBeNull();
  });

  it('takes the last of repeated keys, and can tell the first', () => {
    const text = 'metadata:\n  name: a\nmetadata:\n  name: b\n';
    expect(parseYaml(text)).toEqual({ metadata: { name: 'b' } });
    expect(repeatedYamlKeys(text)).toEqual(['line 4: key "metadata" already set in map']);
    expect(repeatedYamlKeys('a: 1\n"a": 2')).toEqual(['line 2: key "a" already set in map']);
    expect(repeatedYamlKeys('{"a": 1, "b": 2}')).toEqual([]);
  });

  it.each(['a: [', '\ta: 1', 'a: *b', '? [a]\n: b'])('refuses %j', (text) => {
    expect(() => parseYaml(text)).toThrowError(expect.objectContaining({ code: 'BadRequest' }));
    expect(repeatedYamlKeys(text)).toEqual([]);
  });
});
