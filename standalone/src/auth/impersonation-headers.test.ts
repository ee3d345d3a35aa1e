import { describe, expect, it } from 'vitest';
import { hasImpersonation, wantedUser } from './impersonation-headers.ts';

describe('wantedUser', () => {
  it('is nobody without headers, or with an empty name alone', () => {
    expect(wantedUser({ accept: ['*/*'] })).toBeUndefined();
    expect(wantedUser({ 'impersonate-user': [''] })).toBeUndefined();
  });

  it('reads every value, and keys in percent-encoding', () => {
    const headers = {
      'impersonate-user': ['a'],
      'impersonate-group': ['x, y', 'z'],
      'impersonate-extra-example.com%2fscope': ['one'],
      'impersonate-extra-example.com/scope': ['two'],
      'impersonate-extra-100%': ['three'],
    };
    expect(wantedUser(headers)).toEqual({
      name: 'a',
      uid: '',
      groups: ['x, y', 'z'],
      extra: { 'example.com/scope': ['one', 'two'], '100%': ['three'] },
    });
  });

  it('takes a key for a key, however it is called', () => {
    const wanted = wantedUser({ 'impersonate-user': ['a'], 'impersonate-extra-__proto__': ['b'] });
    expect(Object.entries(wanted?.extra ?? {})).toEqual([['__proto__', ['b']]]);
  });

  it('refuses what belongs to no user', () => {
    expect(() => wantedUser({ 'impersonate-extra-__proto__': ['b'] })).toThrowError(
      expect.objectContaining({ code: 'BadRequest' }),
    );
  });
});

describe('hasImpersonation', () => {
  it('looks at the names of headers', () => {
    expect(hasImpersonation({ 'impersonate-group': 'a' })).toBe(true);
    expect(hasImpersonation({ authorization: 'impersonate-user' })).toBe(false);
  });
});
