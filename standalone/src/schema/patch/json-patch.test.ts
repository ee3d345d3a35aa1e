import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from './json-patch.ts';

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
    ['an unknown operation', [{ op: 'sing', path: '/a' }], 'BadRequest', 400],
    ['a __proto__ step', [{ op: 'add', path: '/__proto__/x', value: 1 }], 'BadRequest', 400],
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
});
