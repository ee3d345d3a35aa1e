import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printPath } from './field-elements.ts';
import { FieldSet, FieldSetBuilder } from './field-set.ts';

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"');
const path = fc.array(element, { minLength: 1, maxLength: 3 });
const setOf = (paths: readonly string[][]): FieldSet => {
  const builder = new FieldSetBuilder();
  for (const item of paths) builder.add(item);
  return builder.build();
};
const names = (set: FieldSet): string[] =>
  set
    .paths()
    .map((item) => item.join('|'))
    .sort();
const sets = fc.array(path, { maxLength: 6 });

describe('FieldSet', () => {
  it('survives the way through FieldsV1', () => {
    fc.assert(
      fc.property(sets, (paths) => {
        const set = setOf(paths);
        expect(names(FieldSet.fromFieldsV1(set.toFieldsV1()))).toEqual(names(set));
      }),
    );
  });

  it('does the algebra of sets', () => {
    fc.assert(
      fc.property(sets, sets, (left, right) => {
        const [a, b] = [setOf(left), setOf(right)];
        const [inA, inB] = [new Set(names(a)), new Set(names(b))];
        expect(names(a.union(b))).toEqual([...new Set([...inA, ...inB])].sort());
        expect(names(a.difference(b))).toEqual([...inA].filter((name) => !inB.has(name)).sort());
        expect(names(a.intersection(b))).toEqual([...inA].filter((name) => inB.has(name)).sort());
        expect(a.equals(setOf([...left].reverse()))).toBe(true);
      }),
    );
  });

  it('prints paths as Kubernetes does', () => {
    expect(printPath(['f:spec', 'f:parts', 'k:{"name":"a","port":1}', 'f:count'])).toBe(
      '.spec.parts[name="a",port=1].count',
    );
    expect(printPath(['f:metadata', 'f:finalizers', 'v:"x"'])).toBe('.metadata.finalizers[="x"]');
  });
});
