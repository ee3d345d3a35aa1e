import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer } from '../../testing/scripted-api-server.ts';
import { silentLog } from '../../testing/widget.ts';
import { createKubeClient } from './kube-client.ts';
import { KubeconfigCredentials } from './credentials/kubeconfig-credentials.ts';
import { RotatingConnection } from './rotating-connection.ts';

/** Where plug-ins of the tests are found. */
const ENV = { PATH: '/usr/local/bin:/usr/bin:/bin' };

let folder: string;
let path: string;
let clock: FakeClock;
let connection: RotatingConnection;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-kubeconfig-'));
  path = join(folder, 'config');
  clock = new FakeClock();
  connection = connect();
});
afterEach(async () => {
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

interface Kubeconfig {
  server?: string;
  cluster?: object;
  user?: object;
}

/** Writes a kubeconfig; each has a later time than the last, as two writes by hand would have. */
async function write({
  server = 'https://127.0.0.1:6443/',
  cluster = {},
  user = { token: 'one' },
}: Kubeconfig): Promise<void> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  writes += 1;
  await utimes(path, writes, writes);
}
let writes = 0;

function connect(context?: string): RotatingConnection {
  const credentials = new KubeconfigCredentials({ path, context, env: ENV, clock });
  return new RotatingConnection({ credentials, env: ENV, clock });
}

describe('RotatingConnection', () => {
  it('takes address and token from the file', async () => {
    await write({ server: 'https://127.0.0.1:6443/prefix/' });
    expect(await connection.get()).toMatchObject({
      origin: 'https://127.0.0.1:6443',
      pathPrefix: '/prefix',
      headers: { authorization: 'Bearer one' },
    });
  });

  it('uses the context it is told to, and names those there are when it is not among them', async () => {
    const config = {
      clusters: ['one', 'two'].map((name) => ({ name, cluster: { server: `https://${name}.example.com` } })),
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: ['one', 'two'].map((name) => ({ name, context: { cluster: name, user: 'u' } })),
      'current-context': 'one',
    };
    await writeFile(path, JSON.stringify(config));
    for (const [context, result] of [
      ['two', { origin: 'https://two.example.com' }],
      [undefined, { origin: 'https://one.example.com' }],
    ] as const) {
      const other = connect(context);
      expect(await other.get()).toMatchObject(result);
      await other.close();
    }
    const missing = connect('three');
    await expect(missing.get()).rejects.toThrow("it has no context 'three'; it has one, two");
    await missing.close();
  });

  it('takes name and password, and whom to impersonate', async () => {
    await write({ user: { username: 'eve', password: 'pw', 'as-user': 'x', as: 'bob' } });
    const { headers } = await connection.get();
    expect(headers.authorization).toBe(`Basic ${Buffer.from('eve:pw').toString('base64')}`);
    expect(headers['impersonate-user']).toBe('bob');
  });

  it('asks an exec plug-in for the token', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'exec' },
    };
    const exec = { apiVersion: credential.apiVersion, command: 'echo', args: [JSON.stringify(credential)] };
    await write({ user: { exec } });
    expect((await connection.get()).headers.authorization).toBe('Bearer exec');
  });

  it('keeps its sockets while the TLS material stays, and takes new credentials after ten seconds', async () => {
    await write({ user: { token: 'one' } });
    const first = await connection.get();
    await write({ user: { token: 'two' } });
    expect(await connection.get()).toBe(first);
    await clock.advance(10_000);
    const second = await connection.get();
    expect(second.headers.authorization).toBe('Bearer two');
    expect(second.dispatcher).toBe(first.dispatcher);
  });

  it('takes new credentials at once when the old ones were refused', async () => {
    await write({ user: { token: 'one' } });
    await connection.get();
    await write({ user: { token: 'two' } });
    connection.invalidate('Refused');
    expect((await connection.get()).headers.authorization).toBe('Bearer two');
  });

  it('makes new sockets when a certificate file changes, and closes the old ones', async () => {
    const caPath = join(folder, 'ca.pem');
    await writeFile(caPath, 'first');
    await write({ cluster: { 'certificate-authority': caPath } });
    const first = await connection.get();
    await writeFile(caPath, 'second');
    connection.invalidate('Refused');
    const second = await connection.get();
    expect(second.dispatcher).not.toBe(first.dispatcher);
    const late = first.dispatcher.request({ origin: 'https://127.0.0.1:1', path: '/', method: 'GET' });
    await expect(late).rejects.toMatchObject({ code: expect.stringMatching(/^UND_ERR_(CLOSED|DESTROYED)$/) });
  });

  it('reads the file once for callers that come together', async () => {
    await write({});
    const [first, second] = await Promise.all([connection.get(), connection.get()]);
    expect(first).toBe(second);
  });

  it('refuses what it cannot do and names it', async () => {
    await write({ cluster: { 'proxy-url': 'socks5://127.0.0.1:1080' } });
    await expect(connection.get()).rejects.toThrow('socks5 proxies are not supported');
  });

  it('reports a file that is missing, and reads it once it is there', async () => {
    await expect(connection.get()).rejects.toMatchObject({ code: 'ENOENT' });
    await write({});
    expect(await connection.get()).toBeDefined();
  });
});

describe('a KubeClient with a kubeconfig', () => {
  it('sends requests with it, and fails with ConnectionFailed while it is missing', async () => {
    const server = await ScriptedApiServer.start();
    const client = createKubeClient({ kubeconfigPath: path, userAgent: 'nanny-test', log: silentLog, env: ENV });
    await expect(client.raw('POST', '/version')).rejects.toMatchObject({ code: 'ConnectionFailed' });
    await write({ server: server.url, cluster: { 'insecure-skip-tls-verify': true } });
    const version = client.raw('GET', '/version');
    const request = await server.take({ method: 'GET', path: '/version' });
    expect(request.headers.authorization).toBe('Bearer one');
    request.json(200, { major: '1' });
    expect(await version).toEqual({ major: '1' });
    await client.close();
    await server.close();
  });

  it('does not wait for a hanging exec plug-in beyond its deadline', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['2'] };
    await write({ user: { exec } });
    const client = createKubeClient({ kubeconfigPath: path, userAgent: 'nanny-test', log: silentLog, env: ENV });
    await expect(client.raw('GET', '/version', undefined, { deadlineMs: 50 })).rejects.toMatchObject({
      code: 'Timeout',
    });
    await client.close();
  });

  it('repeats even a write with the rotated token when the old one is refused', async () => {
    const server = await ScriptedApiServer.start();
    const client = createKubeClient({ kubeconfigPath: path, userAgent: 'nanny-test', log: silentLog, env: ENV });
    const cluster = { 'insecure-skip-tls-verify': true };
    await write({ server: server.url, cluster, user: { token: 'one' } });
    const posted = client.raw('POST', '/x');
    const refused = await server.take({ method: 'POST', path: '/x' });
    expect(refused.headers.authorization).toBe('Bearer one');
    await write({ server: server.url, cluster, user: { token: 'two' } });
    refused.status(401, 'Unauthorized');
    const repeated = await server.take({ method: 'POST', path: '/x' });
    expect(repeated.headers.authorization).toBe('Bearer two');
    repeated.json(200, {});
    await posted;
    await client.close();
    await server.close();
  });
});
