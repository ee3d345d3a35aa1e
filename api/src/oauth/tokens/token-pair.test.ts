import { describe, expect, it } from 'vitest';
import { hashOf, holderOf } from './token-format.ts';
import { TokenPairs } from './token-pair.ts';

const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const pairs = new TokenPairs([NEW, OLD]);

describe('a pair of tokens', () => {
  it('has the forms that secret scanners know', () => {
    const { accessToken, refreshToken } = pairs.make('0123456789abcdef0123', 'secret');
    expect(accessToken).toMatch(/^nat\.0123456789abcdef0123\.[A-Za-z0-9_-]{43}$/);
    expect(refreshToken).toMatch(/^nrt\.0123456789abcdef0123\.[A-Za-z0-9_-]{43}$/);
    expect(accessToken.slice(4)).not.toBe(refreshToken.slice(4));
  });

  it('is the same for the same secret, and another for another secret, credential or key', () => {
    const pair = pairs.make('c', 'secret');
    expect(pairs.make('c', 'secret')).toEqual(pair);
    const others = [pairs.make('c', 'other'), pairs.make('d', 'secret'), new TokenPairs([OLD]).make('c', 'secret')];
    for (const other of others) {
      expect(other.accessToken.slice(-43)).not.toBe(pair.accessToken.slice(-43));
      expect(other.refreshToken.slice(-43)).not.toBe(pair.refreshToken.slice(-43));
    }
  });

  it('is found again by its hashes, also when the keys were rotated since', () => {
    const told = new TokenPairs([OLD]).make('c', 'secret');
    const hashes = { accessTokenHash: hashOf(told.accessToken), refreshTokenHash: hashOf(told.refreshToken) };
    expect(pairs.remake('c', 'secret', hashes)).toEqual(told);
    expect(pairs.remake('c', 'other', hashes)).toBeUndefined();
    expect(pairs.remake('c', 'secret', {})).toBeUndefined();
    expect(new TokenPairs([NEW]).remake('c', 'secret', hashes)).toBeUndefined();
  });
});

describe('a refresh token', () => {
  const { refreshToken, accessToken } = pairs.make('c', 'secret');

  it('is known as ours by itself, also by the key before the last', () => {
    expect(pairs.isOwn(refreshToken)).toBe(true);
    expect(pairs.isOwn(new TokenPairs([OLD]).make('c', 'secret').refreshToken)).toBe(true);
    expect(new TokenPairs([NEW]).isOwn(new TokenPairs([OLD]).make('c', 'secret').refreshToken)).toBe(false);
  });

  it.each([
    ['the token of another credential', refreshToken.replace('nrt.c.', 'nrt.d.')],
    ['a guess', `nrt.c.${'x'.repeat(43)}`],
    ['an access token', accessToken],
    ['a text', 'nonsense'],
    ['nothing', ''],
    [
      'a token with one letter changed',
      refreshToken.replace(/^(nrt\.c\.)(.)/, (_, head, one) => `${head}${one === 'A' ? 'B' : 'A'}`),
    ],
  ])('is not taken for ours when it is %s', (_, token) => expect(pairs.isOwn(token)).toBe(false));
});

describe('the holder of a token', () => {
  it.each([
    ['nat.', `nat.abc.${'x'.repeat(43)}`, 'abc'],
    ['net.', `net.my.token-1.${'x'.repeat(43)}`, 'my.token-1'],
    ['nat.', `nrt.abc.${'x'.repeat(43)}`, undefined],
    ['nat.', `nat.abc.${'x'.repeat(42)}`, undefined],
    ['nat.', `nat.ABC.${'x'.repeat(43)}`, undefined],
    ['nat.', `nat.../etc.${'x'.repeat(43)}`, undefined],
    ['nat.', `nat.${'a'.repeat(400)}.${'x'.repeat(43)}`, undefined],
  ])('of kind %s in %s is %s', (prefix, token, expected) => expect(holderOf(prefix, token)).toBe(expected));
});
