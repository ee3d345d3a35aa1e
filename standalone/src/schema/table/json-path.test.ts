import { describe, expect, it } from 'vitest';
import { compileJsonPath } from './json-path.ts';

const OBJECT = {
  spec: { 'odd.key': 1, list: [1, 2, 3], 'a/b': 'x' },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', age: 3 },
      { type: 'Succeeded', status: 'Unknown', reason: 'Running', age: 7 },
    ],
  },
};

describe('compileJsonPath', () => {
  it.each<[string, unknown[]]>([
    ['.spec.list', [[1, 2, 3]]],
    ['.spec.list[0]', [1]],
    ['.spec.list[-1]', [3]],
    ['.spec.list[*]', [1, 2, 3]],
    ['.spec.nope.deeper', []],
    ['.spec.odd\\.key', [1]],
    [".spec['odd\\.key']", [1]],
    // A dot in quotes parts the name all the same, as in kubectl's JSONPath.
    [".spec['odd.key']", []],
    ['.spec.list[0:2]', [1, 2]],
    ['.spec.list[0,2]', [1, 3]],
    ['.spec.list[9]', []],
    ['..list[0]', [1]],
    [".spec['a/b']", ['x']],
    ['.status.conditions[?(@.type=="Succeeded")].status', ['Unknown']],
    ["$.status.conditions[?(@.type == 'Succeeded')].reason", ['Running']],
    ['.status.conditions[?(@.type!="Ready")].age', [7]],
    ['.status.conditions[?(@.age>3)].type', ['Succeeded']],
    ['.status.conditions[?(@.reason)].type', ['Succeeded']],
    ['.status.conditions[*].type', ['Ready', 'Succeeded']],
    ['.constructor', []],
  ])('%s', (path, expected) => {
    expect(compileJsonPath(path)(OBJECT)).toEqual(expected);
  });

  it.each(['.spec[', '.a[?(@.b==)]', '.a[x]', 'a..b', '.a b'])('refuses %s', (path) => {
    expect(() => compileJsonPath(path)).toThrow(SyntaxError);
  });
});
