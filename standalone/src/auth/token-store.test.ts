import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANONYMOUS, bearerAuthentication, TokenAuthenticator } from './authenticate.ts';
import { plainTokens } from './token-source.ts';
import { TokenStore } from './token-store.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokens-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

describe('TokenStore', () => {
  it('knows its tokens after a restart and keeps hashes only', async () => {
    const store = await TokenStore.open(folder);
    const token = await store.issue({ name: 'agent', groups: ['agents'] });
    const again = await TokenStore.open(folder);
    expect(again.find(token)).toEqual({ name: 'agent', groups: ['agents'] });
    expect(again.find(`${token}x`)).toBeUndefined();
    expect(await readFile(join(folder, 'tokens.json'), 'utf8')).not.toContain(token);
  });

  it('gives the admin the same token each time, and a new one when its file was lost', async () => {
    const store = await TokenStore.open(folder);
    const token = await store.adminToken(folder);
    expect(await store.adminToken(folder)).toBe(token);
    await rm(join(folder, 'admin.token'));
    expect(await store.adminToken(folder)).not.toBe(token);
  });

  it('refuses a damaged file by name', async () => {
    await writeFile(join(folder, 'tokens.json'), '{');
    await expect(TokenStore.open(folder)).rejects.toMatchObject({ code: 'TokensUnreadable' });
  });
});

describe('bearerAuthentication', () => {
  it('takes a bearer token, knows who shows none for nobody, and refuses a wrong one', async () => {
    const store = await TokenStore.open(folder);
    const token = await store.issue({ name: 'agent', groups: [] });
    const authenticate = bearerAuthentication(new TokenAuthenticator([plainTokens(store, ['here'])], ['here']));
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `Bearer ${token} more`]) {
      expect(authenticate({ authorization })).toEqual({ name: 'agent', groups: ['system:authenticated'] });
    }
    for (const authorization of [undefined, '', token, `Basic ${token}`, 'Bearer ', `Bearer  ${token}`]) {
      expect(authenticate(authorization === undefined ? {} : { authorization })).toBe(ANONYMOUS);
    }
    expect(() => authenticate({ authorization: `Bearer ${token}x` })).toThrow('Unauthorized');
  });
});
