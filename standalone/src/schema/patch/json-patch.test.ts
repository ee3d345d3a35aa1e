import { describe, expect, it } from 'vitest';
import { applyJsonPatch, unknownPatchFields } from './json-patch.ts';

describe('applyJsonPatch', () => {
  const target = { a: { b: [1, 2] }, c: 'x' };

  it('applies all operations to a copy', () => {
    const patch = [
      { op: 'test', path: '/c', value: 'x' },
      { op: 'add', path: '/a/b/-', value: 3 },
      { op: 'move', from: '/c', path: '/d' },
      { op: 'remove', path: '/a/b/0' },
    ];
    expect(applyJsonPatch(target, patch)).toEqual({ a: { b: [2, 3] }, d: 'x' });
    expect(target).toEqual({ a: { b: [1, 2] }, c: 'x' });
  });

  it.each<[string, unknown, string, number]>([
    ['no list', { op: 'add' }, 'BadRequest', 400],
    ['an operation that is a number', [5], 'BadRequest', 400],
    ['a path that is a number', [{ op: 'add', path: 5 }], 'BadRequest', 400],
    ['an unknown operation', [{ op: 'sing', path: '/a' }], 'Invalid', 422],
    ['a step into __proto__', [{ op: 'add', path: '/__proto__/x', value: 1 }], 'Invalid', 422],
    ['an index past the end', [{ op: 'replace', path: '/a/b/2', value: 1 }], 'Invalid', 422],
    ['a dash where nothing is added', [{ op: 'remove', path: '/a/b/-' }], 'Invalid', 422],
    ['the removal of a missing key', [{ op: 'remove', path: '/d' }], 'Invalid', 422],
    ['a scalar in place of the document', [{ op: 'replace', path: '', value: 1 }], 'Invalid', 422],
    ['a test that fails', [{ op: 'test', path: '/c', value: 'y' }], 'Invalid', 422],
    ['a path that is not there', [{ op: 'remove', path: '/nope/x' }], 'Invalid', 422],
    [
      'too many operations',
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/c', value: 'x' })),
      'RequestEntityTooLarge',
      413,
    ],
  ])('refuses %s', (_name, patch, code, status) => {
    expect(() => applyJsonPatch(target, patch)).toThrow(expect.objectContaining({ code, status }));
  });

  it.each<[string, unknown, object]>([
    ['null as no operations', null, target],
    ['a missing value as null', [{ op: 'add', path: '/d' }], { ...target, d: null }],
    ['replace of a missing key as add', [{ op: 'replace', path: '/d', value: 1 }], { ...target, d: 1 }],
    ['negative indices from the end', [{ op: 'replace', path: '/a/b/-1', value: 3 }], { a: { b: [1, 3] }, c: 'x' }],
    ['a copy of what is missing as null', [{ op: 'copy', from: '/e', path: '/d' }], { ...target, d: null }],
    ['a test of what is missing for null', [{ op: 'test', path: '/e', value: null }], target],
    ['escapes', [{ op: 'add', path: '/a~1b~0c', value: 1 }], { ...target, 'a/b~c': 1 }],
  ])('takes %s, as kube-apiserver does', (_name, patch, expected) => {
    expect(applyJsonPatch(target, patch)).toEqual(expected);
  });

  it('adds __proto__ as data and pollutes nothing', () => {
    const patched = applyJsonPatch(target, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
    expect(Object.hasOwn(patched, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('unknownPatchFields', () => {
  it('names the fields that no operation has', () => {
    const patch = [
      { op: 'add', path: '/a', value: 1 },
      { op: 'add', path: '/a', extra: 1, more: 2 },
    ];
    expect(unknownPatchFields(patch)).toEqual(['[1].extra', '[1].more']);
  });
});
