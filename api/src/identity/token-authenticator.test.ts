import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTokenAuthenticator } from './token-authenticator.ts';

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const ANNA = { kind: 'user', name: 'anna', groups: [] } as const;
const HOST = { kind: 'agent', namespace: 'default', name: 'host' } as const;
const ORIGIN = { address: '127.0.0.1' };

describe('token authenticator', () => {
  const authenticator = createTokenAuthenticator([
    { sha256: sha256('one'), principal: ANNA },
    { sha256: sha256('two').toUpperCase(), principal: HOST },
  ]);

  it('knows each token by its hash', async () => {
    expect(await authenticator.authenticate('one', ORIGIN)).toEqual(ANNA);
    expect(await authenticator.authenticate('two', ORIGIN)).toEqual(HOST);
  });

  it('knows no other token, not even a hash', async () => {
    for (const token of ['', 'One', 'one ', sha256('one')])
      expect(await authenticator.authenticate(token, ORIGIN)).toBeUndefined();
  });

  it('refuses to start with a hash that is none', () => {
    expect(() => createTokenAuthenticator([{ sha256: 'one', principal: ANNA }])).toThrow(RangeError);
  });
});
