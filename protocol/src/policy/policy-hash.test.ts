import { describe, expect, it } from 'vitest';
import { canonicalJson } from './policy-hash.ts';

describe('canonicalJson', () => {
  it('writes equal tables as equal text', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: 'x' }], a: undefined })).toBe(canonicalJson({ b: [1, { c: 'x', d: 2 }] }));
  });
});
