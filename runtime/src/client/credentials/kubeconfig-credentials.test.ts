import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Credentials } from './credentials.ts';
import { KubeconfigCredentials } from './kubeconfig-credentials.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-kubeconfig-'));
  path = join(folder, 'config');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(text: string): Promise<Credentials> {
  await writeFile(path, text);
  return new KubeconfigCredentials({ path, env: {}, clock: new FakeClock() }).read();
}

function config(user: object, cluster: object = {}): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://api:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

describe('KubeconfigCredentials', () => {
  it('reads YAML, and a context without a user', async () => {
    const text = `
current-context: x
contexts: [{name: x, context: {cluster: c}}]
clusters:
- name: c
  cluster: {server: "https://api:6443", insecure-skip-tls-verify: true}
`;
    expect(await read(text)).toEqual({ server: 'https://api:6443', tls: { rejectUnauthorized: false }, headers: {} });
  });

  it('prefers what stands in the file to what it names, and takes paths from its folder', async () => {
    await writeFile(join(folder, 'ca.crt'), 'FILE');
    expect((await read(config({}, { 'certificate-authority': 'ca.crt' }))).tls).toEqual({ ca: 'FILE' });
    const both = { 'certificate-authority': 'ca.crt', 'certificate-authority-data': base64('DATA') };
    expect((await read(config({}, both))).tls).toEqual({ ca: 'DATA' });
  });

  it('prefers a token file to a token', async () => {
    await writeFile(join(folder, 'token'), ' from-file\n');
    const { headers } = await read(config({ token: 'inline', tokenFile: 'token' }));
    expect(headers).toEqual({ authorization: 'Bearer from-file' });
  });

  it('impersonates a user with groups, uid and extra', async () => {
    const user = { token: 't', as: 'eve', 'as-uid': '7', 'as-groups': ['a', 'b'], 'as-user-extra': { Scopes: ['x'] } };
    expect((await read(config(user))).headers).toEqual({
      authorization: 'Bearer t',
      'impersonate-user': 'eve',
      'impersonate-uid': '7',
      'impersonate-group': ['a', 'b'],
      'impersonate-extra-scopes': ['x'],
    });
  });

  it('takes the token of an OIDC provider while it is valid, and says so when it is not', async () => {
    const provider = (exp: number): object => ({
      'auth-provider': { name: 'oidc', config: { 'id-token': jwt({ exp }) } },
    });
    const { headers } = await read(config(provider(4_000_000_000)));
    expect(headers.authorization).toBe(`Bearer ${jwt({ exp: 4_000_000_000 })}`);
    await expect(read(config(provider(1)))).rejects.toThrow('no token that is valid');
  });

  it.each<[string, string, string]>([
    ['what is not YAML', '{', 'not YAML'],
    ['an empty file', '', 'empty'],
    ['no current context', '{"contexts":[]}', 'no current-context'],
    ['a context that is missing', '{"current-context":"x"}', "no context 'x'; it has none"],
    ['a cluster without a server', config({}, { server: '' }), 'has no server'],
    ['a provider of the past', config({ 'auth-provider': { name: 'gcp' } }), '"gcp" is none that Kubernetes still has'],
  ])('refuses %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'InvalidKubeconfig',
      message: expect.stringContaining(message),
    });
  });
});
