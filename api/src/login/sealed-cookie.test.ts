import { FakeClock } from '@nannyapi/process';
import { CompactEncrypt, EncryptJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { SecretKeys, type KeyPurpose } from '../secrets/secret-keys.ts';
import { SealedCookies } from './sealed-cookie.ts';

const OLD = SecretKeys.generate();
const NEW = SecretKeys.generate();
const clock = new FakeClock(new Date('2026-03-01T12:00:00Z'));
const seals = (keys: string, purpose: KeyPurpose = 'session'): SealedCookies =>
  new SealedCookies({ secretKeys: SecretKeys.parse(keys), purpose, clock });

describe('sealed cookie', () => {
  it('is opened by every replica that has the key, and hides its content', async () => {
    const text = await seals(OLD).seal({ sid: 'abc' }, 60);
    expect(text).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('abc');
    expect(await seals(OLD).open(text)).toMatchObject({ claims: { sid: 'abc' }, isNewestKey: true });
  });

  it('differs each time', async () => {
    expect(await seals(OLD).seal({ sid: 'abc' }, 60)).not.toBe(await seals(OLD).seal({ sid: 'abc' }, 60));
  });

  it('is opened after a rotation, and says that an old key sealed it', async () => {
    const text = await seals(OLD).seal({ sid: 'abc' }, 60);
    expect(await seals(`${NEW}${OLD}`).open(text)).toMatchObject({ claims: { sid: 'abc' }, isNewestKey: false });
  });

  it('is nothing once its key is gone', async () => {
    expect(await seals(NEW).open(await seals(OLD).seal({}, 60))).toBeUndefined();
  });

  it('is good for one purpose', async () => {
    expect(await seals(OLD, 'login-state').open(await seals(OLD, 'session').seal({}, 60))).toBeUndefined();
  });

  it('is nothing with any one character changed', async () => {
    const text = await seals(OLD).seal({ sid: 'abc' }, 60);
    for (let index = 0; index < text.length; index++) {
      if (text[index] === '.') continue;
      // The last character of a part has unused bits: flip one that counts.
      const changed = `${text.slice(0, index)}${text[index] === 'A' ? 'Q' : 'A'}${text.slice(index + 1)}`;
      const opened = await seals(OLD).open(changed);
      expect([index, opened]).toEqual([index, undefined]);
    }
  });

  it('is nothing when it is expired, and without an end', async () => {
    const key = SecretKeys.parse(OLD).derive('session')[0]!;
    const kid = JSON.parse(Buffer.from((await seals(OLD).seal({}, 60)).split('.')[0]!, 'base64url').toString()) as {
      kid: string;
    };
    const endless = await new EncryptJWT({ sid: 'abc' })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: kid.kid })
      .setIssuedAt(clock.now())
      .encrypt(key);
    expect(await seals(OLD).open(endless)).toBeUndefined();
    const text = await seals(OLD).seal({}, 60);
    const later = new FakeClock(new Date(clock.now().getTime() + 61_000));
    const opened = await new SealedCookies({
      secretKeys: SecretKeys.parse(OLD),
      purpose: 'session',
      clock: later,
    }).open(text);
    expect(opened).toBeUndefined();
  });

  it('takes no other algorithm, and no text that is none', async () => {
    const key = SecretKeys.parse(OLD).derive('session')[0]!;
    const header = (await seals(OLD).seal({}, 60)).split('.')[0]!;
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const other = await new CompactEncrypt(Buffer.from('{"iat":1,"exp":9999999999}'))
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM', kid })
      .encrypt(key);
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
    for (const text of [other, none, '', 'x', '....', `${header}....`, 'a.b.c.d.e'])
      expect([text, await seals(OLD).open(text)]).toEqual([text, undefined]);
  });
});
