import { describe, expect, it } from 'vitest';
import { ProcessTokens } from './process-tokens.ts';

describe('ProcessTokens', () => {
  it('knows the user of each token that it made, and of no other', () => {
    const tokens = new ProcessTokens();
    const user = { name: 'system:serviceaccount:a:b', groups: ['system:serviceaccounts'] };
    const token = tokens.issue(user);
    expect(tokens.find(token)).toBe(user);
    expect(tokens.find(`${token}x`)).toBeUndefined();
    expect(tokens.issue(user)).not.toBe(token);
  });
});
