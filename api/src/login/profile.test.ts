import { describe, expect, it } from 'vitest';
import { profileOf } from './profile.ts';

describe('profile', () => {
  it('is what the provider says, for people to read', () => {
    const said = { email: 'anna@example.com', name: ' Anna Ångström ', picture: 'https://pictures.example/a?s=1' };
    expect(profileOf(said)).toEqual({
      email: 'anna@example.com',
      name: 'Anna Ångström',
      avatarURL: 'https://pictures.example/a?s=1',
    });
  });

  it.each([
    ['nothing', {}],
    ['things of other types', { email: 1, name: ['Anna'], picture: { url: 'x' } }],
    ['empty texts', { email: '', name: ' \n ', picture: '' }],
  ])('is empty for %s', (_what, said) => {
    expect(profileOf(said)).toEqual({});
  });

  it.each([
    'http://pictures.example/a',
    'javascript:alert(1)',
    'data:image/png;base64,x',
    '//x',
    `https://x/${'a'.repeat(2048)}`,
  ])('has no picture from elsewhere than HTTPS: %s', (picture) => expect(profileOf({ picture })).toEqual({}));

  it('holds no characters that would reorder or break a line of text', () => {
    expect(profileOf({ name: 'An\u202ena\u0000\r\n\u2028 M\u200b' })).toEqual({ name: 'Anna M' });
  });

  it('is cut to what a User takes, and never in the middle of a character', () => {
    expect(profileOf({ name: 'a'.repeat(300) }).name).toHaveLength(256);
    expect(profileOf({ name: `${'a'.repeat(255)}\u{1F600}` }).name).toBe('a'.repeat(255));
    expect(profileOf({ email: `${'a'.repeat(400)}@example.com` }).email).toHaveLength(320);
  });
});
