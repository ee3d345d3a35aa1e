import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredObject } from '../store/stored-object.ts';
import { AccountTokens, ISSUER } from './account-tokens.ts';
import { openSigningKey, SIGNING_KEY_FILE } from './signing-key.ts';

const START_MS = Date.parse('2026-01-01T00:00:00Z');
const WISH = {
  namespace: 'n',
  account: { name: 'a', uid: 'uid-a' },
  audiences: ['here'],
  expirationSeconds: 600,
};

let folder: string;
let nowMs: number;
let objects: Map<string, StoredObject>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-tokens-'));
  nowMs = START_MS;
  objects = new Map();
  place('serviceaccounts', 'n', 'a');
});
afterEach(async () => await rm(folder, { recursive: true }));

function place(resource: string, namespace: string, name: string, deletionTimestamp?: string): void {
  const text = JSON.stringify({ metadata: { deletionTimestamp } });
  const stored = { resource, namespace, name, uid: `uid-${name}`, isDeleting: deletionTimestamp !== undefined, text };
  objects.set(`${resource}/${namespace}/${name}`, { ...stored, revision: 1, labels: {}, ownerUids: [] });
}

async function open(): Promise<AccountTokens> {
  const store = {
    get: ({ resource, namespace, name }: { resource: string; namespace: string; name: string }) =>
      objects.get(`${resource}/${namespace}/${name}`),
    parse: ({ text = '' }: StoredObject) => JSON.parse(text),
  };
  return new AccountTokens({ key: await openSigningKey(folder), store, clock: { now: () => new Date(nowMs) } });
}

describe('AccountTokens', () => {
  it('knows its own tokens after a restart, and no others', async () => {
    const token = (await open()).issue(WISH);
    const tokens = await open();
    expect(tokens.find(token, ['here'])).toMatchObject({
      user: { name: 'system:serviceaccount:n:a' },
      audiences: ['here'],
    });
    expect(tokens.find('opaque', ['here'])).toBeUndefined();
    expect(tokens.find('a.b.c', ['here'])).toBeUndefined();
    await rm(join(folder, SIGNING_KEY_FILE));
    expect((await open()).find(token, ['here'])).toEqual({ fault: 'the signature is wrong' });
  });

  it('ends a token a minute after its time at the latest, also one that it has seen', async () => {
    const tokens = await open();
    const token = tokens.issue(WISH);
    nowMs = START_MS + 660_000;
    expect(tokens.find(token, ['here'])).toHaveProperty('user');
    nowMs += 1000;
    expect(tokens.find(token, ['here'])).toEqual({ fault: 'service account token has expired' });
    nowMs = START_MS - 61_000;
    expect(tokens.find(token, ['here'])).toEqual({ fault: 'service account token is not valid yet' });
  });

  it('ends a token with its account, with grace for one that goes slowly', async () => {
    const tokens = await open();
    const token = tokens.issue(WISH);
    place('serviceaccounts', 'n', 'a', new Date(START_MS).toISOString());
    nowMs = START_MS + 60_000;
    expect(tokens.find(token, ['here'])).toHaveProperty('user');
    nowMs += 1000;
    expect(tokens.find(token, ['here'])).toEqual({ fault: 'service account n/a has been deleted' });
    objects.clear();
    expect(tokens.find(token, ['here'])).toEqual({ fault: 'serviceaccounts "a" not found' });
  });

  it('ends a token with the secret or node that it is bound to', async () => {
    const tokens = await open();
    place('secrets', 'n', 's');
    place('nodes', '', 'm');
    const bound = [
      tokens.issue({ ...WISH, secret: { name: 's', uid: 'uid-s' } }),
      tokens.issue({ ...WISH, node: { name: 'm', uid: 'uid-m' } }),
    ];
    for (const token of bound) expect(tokens.find(token, ['here'])).toHaveProperty('user');
    const other = tokens.issue({ ...WISH, secret: { name: 's', uid: 'of-another' } });
    expect(tokens.find(other, ['here'])).toEqual({ fault: 'service account token has been invalidated' });
    objects.delete('secrets/n/s');
    objects.delete('nodes//m');
    for (const token of bound) {
      expect(tokens.find(token, ['here'])).toEqual({ fault: 'service account token has been invalidated' });
    }
  });

  it('takes no algorithm but its own, whoever signed', async () => {
    const tokens = await open();
    const [header = '', claims = '', signature = ''] = tokens.issue(WISH).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const key = await openSigningKey(folder);
    const publicPem = key.publicKey.export({ type: 'spki', format: 'pem' });
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const byHmac = `${encode({ alg: 'HS256', kid })}.${claims}`;
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const byStranger = `${encode({ alg: 'ES256', kid })}.${claims}`;
    const forged = [
      `${byHmac}.${createHmac('sha256', publicPem).update(byHmac).digest('base64url')}`,
      `${byStranger}.${sign('sha256', Buffer.from(byStranger), { key: stranger, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`,
      `${encode({ alg: 'none', kid })}.${claims}.`,
      `${encode({ alg: 'ES256', kid: 'other' })}.${claims}.${signature}`,
      `${header}.${claims}.${signature}==`,
      `${header}.${claims}.${Buffer.alloc(64).toString('base64url')}`,
    ];
    for (const token of forged) expect(tokens.find(token, ['here'])).toEqual({ fault: 'the signature is wrong' });
  });

  it('forgets the oldest of many tokens, and verifies it anew', async () => {
    const tokens = await open();
    const first = tokens.issue(WISH);
    expect(tokens.find(first, ['here'])).toHaveProperty('user');
    for (let count = 0; count < 1001; count += 1) tokens.find(tokens.issue(WISH), ['here']);
    expect(tokens.find(first, ['here'])).toHaveProperty('user');
  });

  it('names the server as its issuer', async () => {
    const [, claims = ''] = (await open()).issue(WISH).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).iss).toBe(ISSUER);
  });
});

describe('openSigningKey', () => {
  it('keeps the key for its owner alone', async () => {
    await openSigningKey(folder);
    const path = join(folder, SIGNING_KEY_FILE);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it.each<[string, string]>([
    ['no key', 'nonsense'],
    [
      'a key of another kind',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('refuses %s by name', async (_what, text) => {
    await writeFile(join(folder, SIGNING_KEY_FILE), text);
    await expect(openSigningKey(folder)).rejects.toMatchObject({ code: 'AccountKeyUnreadable' });
  });
});
