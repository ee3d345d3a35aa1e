import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawClient, startTestApiServer } from '../../testing/index.ts';
import type { TestApiServer } from '../../testing/index.ts';
import { WIDGET_CRD } from '../../testing/widget-crd.ts';
import { CONFIG_MAPS } from '../../testing/widget-server.ts';

let dataDir: string;
const running: TestApiServer[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'start-'));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(port = 0): Promise<TestApiServer> {
  const server = await startTestApiServer({ dataDir, crds: [], port });
  running.push(server);
  return server;
}

async function stop(server: TestApiServer): Promise<void> {
  running.splice(running.indexOf(server), 1);
  await server.close();
}

describe('startApiServer', () => {
  it('keeps its data, its authority and its admin token over a restart', async () => {
    const first = await start();
    const raw = new RawClient(first);
    await raw.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'kept' }, data: { a: '1' } } });
    raw.close();
    await stop(first);
    const second = await start();
    expect(second.caPem).toBe(first.caPem);
    expect(second.adminToken).toBe(first.adminToken);
    const again = new RawClient(second);
    expect((await again.send('GET', `${CONFIG_MAPS}/kept`)).body.data).toEqual({ a: '1' });
    again.close();
  });

  it('lets nobody else read its files, and keeps tokens as hashes', async () => {
    const server = await start();
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(dataDir)) {
      expect([name, (await stat(join(dataDir, name))).mode & 0o077]).toEqual([name, 0]);
    }
    expect(await readFile(join(dataDir, 'tokens.json'), 'utf8')).not.toContain(server.adminToken);
  });

  it('makes users of parts of its process, with the rights of their roles, until it ends', async () => {
    const server = await start();
    const raw = new RawClient(server);
    const user = { name: 'system:serviceaccount:a:b', groups: ['system:serviceaccounts', 'system:serviceaccounts:a'] };
    const token = server.issueToken(user);
    const self = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const who = await raw.send('POST', self, { token, body: {} });
    expect(who.body.status.userInfo).toEqual({ username: user.name, groups: [...user.groups, 'system:authenticated'] });
    expect((await raw.send('GET', CONFIG_MAPS, { token })).code).toBe(403);
    const binding = {
      metadata: { name: 'b' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'b', namespace: 'a' }],
    };
    const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';
    await raw.send('POST', bindings, { body: binding });
    expect((await raw.send('GET', CONFIG_MAPS, { token })).code).toBe(200);
    raw.close();
    await stop(server);
    const again = new RawClient(await start());
    expect((await again.send('GET', CONFIG_MAPS, { token })).code).toBe(401);
    again.close();
  });

  it('tells its health and version without a credential, and nothing else', async () => {
    const raw = new RawClient(await start());
    for (const path of ['/healthz', '/readyz', '/livez']) {
      const answer = await raw.send('GET', path, { token: '' });
      expect([answer.code, answer.text]).toEqual([200, 'ok']);
    }
    expect((await raw.send('GET', '/version', { token: '' })).code).toBe(200);
    for (const path of ['/api', '/openapi/v2', '/metrics', CONFIG_MAPS, '/nothing']) {
      const anonymous = await raw.send('GET', path, { token: '' });
      expect([anonymous.code, anonymous.body.reason]).toEqual([403, 'Forbidden']);
      const wrong = await raw.send('GET', path, { token: 'wrong' });
      expect([wrong.code, wrong.body.reason]).toEqual([401, 'Unauthorized']);
    }
    raw.close();
  });

  it('serves TLS with its own authority for the loopback names, HTTP/1.1 only', async () => {
    const server = await start();
    const port = Number(new URL(server.url).port);
    const socket = connect({ port, host: '127.0.0.1', ca: server.caPem, ALPNProtocols: ['h2', 'http/1.1'] });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe('http/1.1');
    const certificate = new X509Certificate(socket.getPeerX509Certificate()!.raw);
    expect(certificate.checkHost('localhost')).toBeDefined();
    expect(certificate.checkIP('127.0.0.1')).toBeDefined();
    expect(certificate.checkIP('::1')).toBeDefined();
    socket.destroy();
  });

  it('issues certificates of the same authority for other listeners', async () => {
    const server = await start();
    const { certPem } = await server.issueServerCertificate(['facade.local', '10.0.0.7']);
    const certificate = new X509Certificate(certPem);
    expect(certificate.verify(new X509Certificate(server.caPem).publicKey)).toBe(true);
    expect(certificate.checkHost('facade.local')).toBeDefined();
    expect(certificate.checkIP('10.0.0.7')).toBeDefined();
  });

  it('refuses a second control plane on the same folder, naming the first', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({
      code: 'DataFolderInUse',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
  });

  it('refuses a data folder that is a file, naming it', async () => {
    const path = join(dataDir, 'file');
    await writeFile(path, '');
    await expect(startTestApiServer({ dataDir: path, crds: [] })).rejects.toMatchObject({
      code: 'DataFolderUnusable',
      message: expect.stringContaining(path),
    });
  });

  it('writes nothing on a restart with the same CRDs', async () => {
    const crds = [WIDGET_CRD];
    const version = async (): Promise<string> => {
      const server = await startTestApiServer({ dataDir, crds });
      const raw = new RawClient(server);
      const { body } = await raw.send('GET', '/api/v1/namespaces');
      raw.close();
      await server.close();
      return body.metadata.resourceVersion;
    };
    expect(await version()).toBe(await version());
  });

  it('refuses a port in use, naming it, and lets go of the folder', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(start(port)).rejects.toMatchObject({
      code: 'PortInUse',
      message: expect.stringContaining(String(port)),
    });
    other.close();
    await start();
  });

  it('refuses a damaged database, and does not touch it', async () => {
    const path = join(dataDir, 'objects.db');
    const damage = 'not a database, '.repeat(1000);
    await writeFile(path, damage);
    await expect(start()).rejects.toMatchObject({ code: 'StoreCorrupt', message: expect.stringContaining(path) });
    expect(await readFile(path, 'utf8')).toBe(damage);
  });

  it('answers unknown paths, methods and malformed ones with a Status', async () => {
    const raw = new RawClient(await start());
    expect((await raw.send('GET', '/apis/nothing.dev/v1/things')).code).toBe(404);
    expect((await raw.send('GET', '/api/v1/namespaces/%zz/configmaps')).code).toBe(400);
    expect((await raw.send('GET', '/api/v1/namespaces/..%2f/configmaps/a')).code).toBe(404);
    expect((await raw.send('PUT', CONFIG_MAPS, { body: {} })).code).toBe(405);
    expect((await raw.send('GET', `${CONFIG_MAPS}/a/log`)).code).toBe(404);
    raw.close();
  });
});
