import { describe, expect, it } from 'vitest';
import { SecretKeys } from './secret-keys.ts';

describe('secret keys', () => {
  it('are read as they are generated, newest first', () => {
    const [newer, older] = [SecretKeys.generate(), SecretKeys.generate()];
    const both = SecretKeys.parse(`${newer}\n${older}`);
    expect(both.derive('session')).toEqual([
      ...SecretKeys.parse(newer).derive('session'),
      ...SecretKeys.parse(older).derive('session'),
    ]);
  });

  it('give each purpose keys of its own, 32 bytes long and always the same', () => {
    const text = SecretKeys.generate();
    const keys = SecretKeys.parse(text);
    const purposes = ['session', 'nonce', 'user-code', 'csrf', 'login-state', 'refresh-token'] as const;
    const derived = purposes.map((purpose) => keys.derive(purpose)[0]!);
    expect(new Set(derived.map((key) => key.toString('hex'))).size).toBe(purposes.length);
    for (const key of derived) expect(key).toHaveLength(32);
    expect(SecretKeys.parse(text).derive('nonce')).toEqual(keys.derive('nonce'));
  });

  it.each([
    ['no key', '\n\n'],
    ['five keys', SecretKeys.generate().repeat(5)],
    ['a key that is too short', 'c2hvcnQ'],
    ['a key that is no base64url', '+'.repeat(43)],
  ])('refuse %s, and do not repeat it', (_, text) => {
    let thrown: unknown;
    try {
      SecretKeys.parse(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'InvalidConfig' });
    const lines = text.split('\n').filter((line) => line !== '');
    for (const line of lines) expect(String(thrown)).not.toContain(line);
  });

  it('name the line that is wrong', () => {
    expect(() => SecretKeys.parse(`${SecretKeys.generate()}\nwrong`)).toThrow(/line 3/);
  });
});
