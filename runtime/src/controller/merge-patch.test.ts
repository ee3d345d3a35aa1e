import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatchBetween } from './merge-patch.ts';

/** RFC 7386 §2, as a check on the function under test. */
function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isObject ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}

describe('mergePatchBetween', () => {
  it('gives nothing for equal objects', () => {
    expect(mergePatchBetween({ a: [1, { b: 2 }], c: {} }, { a: [1, { b: 2 }], c: {} })).toBeUndefined();
    expect(mergePatchBetween(undefined, {})).toBeUndefined();
    expect(mergePatchBetween({ a: null }, { b: undefined })).toBeUndefined();
  });

  it('names only what differs, removes what is gone and replaces lists whole', () => {
    const current = { keep: 1, change: 'x', gone: 1, list: [1, 2], deep: { keep: 1, gone: 2 } };
    const desired = { keep: 1, change: 'y', list: [1], deep: { keep: 1, fresh: { a: 1 } }, undef: undefined };
    expect(mergePatchBetween(current, desired)).toEqual({
      change: 'y',
      gone: null,
      list: [1],
      deep: { gone: null, fresh: { a: 1 } },
    });
  });

  it('turns the first object into the second, for any two', () => {
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
    const key = fc.constantFrom('a', 'b', 'c', '__proto__x');
    const json = fc.letrec<{ node: unknown; tree: Record<string, unknown> }>((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, leaf, tie('tree')),
      tree: fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }),
    })).tree;
    fc.assert(
      fc.property(json, json, (current, desired) => {
        const patch = mergePatchBetween(current, desired);
        expect(applyMergePatch(current, patch ?? {})).toEqual(desired);
      }),
    );
  });
});
