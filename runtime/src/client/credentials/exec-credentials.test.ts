import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExecCredentials } from './exec-credentials.ts';
import type { ExecConfig, KubeconfigContext } from './kubeconfig.ts';

const API_VERSION = 'client.authentication.k8s.io/v1';
const ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', GIVEN: 'yes' };

let folder: string;
let clock: FakeClock;
let credentials: ExecCredentials;
let context: KubeconfigContext;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-exec-'));
  clock = new FakeClock();
  credentials = new ExecCredentials({ env: ENV, clock });
  context = { cluster: { server: 'https://api:6443' }, user: {}, userName: 'u', folder };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A plug-in that counts its runs in a file and answers with what `answer` holds. */
async function plugin(status: object, apiVersion = API_VERSION): Promise<ExecConfig> {
  await answer(status, apiVersion);
  const script = '#!/bin/sh\ncd "$(dirname "$0")"\necho "$KUBERNETES_EXEC_INFO|$GIVEN|$OWN|$1" >> runs\ncat answer\n';
  await writeFile(join(folder, 'plugin'), script);
  await chmod(join(folder, 'plugin'), 0o700);
  return { apiVersion: API_VERSION, command: './plugin', args: ['first'], env: [{ name: 'OWN', value: 'own' }] };
}

async function answer(status: object, apiVersion = API_VERSION): Promise<void> {
  await writeFile(join(folder, 'answer'), JSON.stringify({ apiVersion, kind: 'ExecCredential', status }));
}

async function runs(): Promise<string[]> {
  return (await readFile(join(folder, 'runs'), 'utf8')).trimEnd().split('\n');
}

describe('ExecCredentials', () => {
  it('runs the plug-in from the folder of the kubeconfig, with its arguments and both environments', async () => {
    const config = await plugin({ token: 'one' });
    expect(await credentials.get(config, context)).toEqual({ token: 'one' });
    const info = { apiVersion: API_VERSION, kind: 'ExecCredential', spec: { interactive: false } };
    expect(await runs()).toEqual([`${JSON.stringify(info)}|yes|own|first`]);
  });

  it('tells the plug-in of the cluster when the kubeconfig says so', async () => {
    context.cluster.extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }];
    await credentials.get({ ...(await plugin({ token: 'one' })), provideClusterInfo: true }, context);
    const [line = ''] = await runs();
    expect(JSON.parse(line.split('|')[0] ?? '')).toMatchObject({
      spec: { cluster: { server: 'https://api:6443', config: { audience: 'x' } } },
    });
  });

  it('keeps a grant until it expires', async () => {
    const config = await plugin({ token: 'one', expirationTimestamp: '2026-01-01T00:10:00Z' });
    await credentials.get(config, context);
    await answer({ token: 'two' });
    await clock.advance(599_000);
    expect(await credentials.get(config, context)).toEqual({ token: 'one' });
    await clock.advance(1_000);
    expect(await credentials.get(config, context)).toEqual({ token: 'two' });
    await clock.advance(1e9);
    await credentials.get(config, context);
    expect(await runs()).toHaveLength(2);
  });

  it('asks anew when the grant was refused, and when the kubeconfig names another plug-in', async () => {
    const config = await plugin({ token: 'one' });
    await credentials.get(config, context);
    credentials.refused();
    await credentials.get(config, context);
    await credentials.get({ ...config, args: ['other'] }, context);
    expect(await runs()).toHaveLength(3);
  });

  it('gives a certificate only together with its key', async () => {
    const config = await plugin({ clientCertificateData: 'cert', clientKeyData: 'key' });
    expect(await credentials.get(config, context)).toEqual({ clientCertificate: 'cert', clientKey: 'key' });
    credentials.refused();
    await answer({ clientCertificateData: 'cert' });
    await expect(credentials.get(config, context)).rejects.toThrow('neither a token nor a certificate with its key');
  });

  it.each<[string, Partial<ExecConfig>, string]>([
    [
      'another API',
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      'speaks client.authentication.k8s.io/v1alpha1',
    ],
    ['a terminal', { interactiveMode: 'Always' }, 'wants a terminal'],
    ['no command', { command: '' }, 'has no command'],
    ['a command that is missing', { command: 'no-such-plugin', installHint: 'Install it so' }, 'Install it so'],
    ['a command that fails', { command: 'false' }, 'gave no credentials'],
    ['a command that says something else', { command: 'echo' }, 'not JSON'],
  ])('refuses %s, and says why', async (_, change, message) => {
    const config = { ...(await plugin({ token: 'one' })), ...change };
    await expect(credentials.get(config, context)).rejects.toMatchObject({
      code: 'InvalidKubeconfig',
      message: expect.stringContaining(message),
    });
  });

  it('refuses an answer in another version than it asked for', async () => {
    const config = await plugin({ token: 'one' }, 'client.authentication.k8s.io/v1beta1');
    await expect(credentials.get(config, context)).rejects.toThrow('instead of client.authentication.k8s.io/v1');
  });
});
