import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InClusterCredentials } from './in-cluster-credentials.ts';

const ENV = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-pod-'));
  await writeFile(join(folder, 'token'), 'one\n');
  await writeFile(join(folder, 'ca.crt'), 'CA');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('InClusterCredentials', () => {
  it('reads address, authority and token, and each time the token that is there now', async () => {
    const credentials = new InClusterCredentials({ env: ENV, folder });
    expect(await credentials.read()).toEqual({
      server: 'https://10.96.0.1:443',
      tls: { ca: 'CA' },
      headers: { authorization: 'Bearer one' },
    });
    await writeFile(join(folder, 'token'), 'two');
    expect((await credentials.read()).headers).toEqual({ authorization: 'Bearer two' });
  });

  it('writes an IPv6 address as URLs have it', async () => {
    const env = { ...ENV, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    expect((await new InClusterCredentials({ env, folder }).read()).server).toBe('https://[fd00::1]:443');
  });

  it('says that this is no pod, and which file is missing', async () => {
    await expect(new InClusterCredentials({ env: {}, folder }).read()).rejects.toThrow('this is no pod');
    await rm(join(folder, 'token'));
    await expect(new InClusterCredentials({ env: ENV, folder }).read()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
