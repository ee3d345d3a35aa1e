import { createLogger } from '@nannyapi/process';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../http/api-error.ts';
import { createApp } from '../http/create-app.ts';
import type { Authenticator } from './authenticator.ts';
import { createBearerScheme } from './bearer-scheme.ts';
import type { Authentication } from './credential-scheme.ts';

async function authenticate(authenticator: Authenticator, authorization: string): Promise<Authentication | undefined> {
  let found: Authentication | undefined;
  const log = createLogger({ name: 'test', level: 'silent' });
  const app = createApp({ authenticator: { authenticate: async () => undefined }, log });
  const scheme = createBearerScheme(authenticator);
  app.get('/', { config: { audience: 'everyone' } }, async (request, reply) => {
    found = await scheme.authenticate(request, reply);
    return {};
  });
  await app.inject({ url: '/', headers: { authorization } });
  return found;
}

describe('a bearer token', () => {
  it.each(['nat.host-1.', 'nrt.host-1.', 'net.install-1.'])(
    'that is none of its kind is asked nobody about: %s',
    async (prefix) => {
      const asked: string[] = [];
      const everyone: Authenticator = {
        authenticate: async (token) => {
          asked.push(token);
          return { kind: 'user', name: 'anna', groups: [] };
        },
      };
      expect(await authenticate(everyone, `Bearer ${prefix}${'x'.repeat(43)}`)).toBeUndefined();
      expect(asked).toEqual([]);
      expect(await authenticate(everyone, 'Bearer network.token')).toMatchObject({ scheme: 'Bearer' });
    },
  );

  it.each<[string, () => ReturnType<Authenticator['authenticate']>, boolean]>([
    ['goes on being good while it is', async () => ({ kind: 'user', name: 'anna', groups: ['new'] }), true],
    ['is good no longer when nobody knows it', async () => undefined, false],
    ['is good no longer when it is of somebody else', async () => ({ kind: 'user', name: 'bert', groups: [] }), false],
    [
      'is good no longer when it may not be used here',
      async () => Promise.reject(new ApiError('Forbidden', 'no')),
      false,
    ],
    ['goes on being good while nobody can say', async () => Promise.reject(new ApiError('Unavailable', 'away')), true],
  ])('%s', async (_what, later, isGood) => {
    let calls = 0;
    const authenticator: Authenticator = {
      authenticate: async () => (calls++ === 0 ? { kind: 'user', name: 'anna', groups: [] } : later()),
    };
    const found = await authenticate(authenticator, 'Bearer t');
    expect(await found?.recheck()).toBe(isGood);
  });
});
