import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server } from 'node:https';
import { connect as connectSocket, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hurriedClock } from '../../testing/hurried-clock.ts';
import { TestAuthority } from '../../testing/test-authority.ts';
import { silentLog } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient, type KubeClientOptions } from './kube-client.ts';

/** What the server saw of one request. */
interface Seen {
  authorization: string | undefined;
  /** Common name in the client's certificate. */
  client: string | undefined;
  servername: string | false | null;
}

let folder: string;
let authority: TestAuthority;
let server: Server;
let seen: Seen[];
let closers: (() => Promise<unknown>)[];
/** Decides whether a request is refused with 401. */
let isRefused: (seen: Seen) => boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-tls-'));
  authority = await TestAuthority.create();
  seen = [];
  closers = [];
  isRefused = () => false;
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  await rm(folder, { recursive: true, force: true });
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const socket = request.socket as TLSSocket & { servername?: string | false | null };
  const record: Seen = {
    authorization: request.headers.authorization,
    client: socket.getPeerCertificate?.().subject?.CN as string | undefined,
    servername: socket.servername ?? null,
  };
  seen.push(record);
  response.writeHead(isRefused(record) ? 401 : 200, { 'content-type': 'application/json' });
  response.end('{"major":"1"}');
}

async function listen(listener: NetServer): Promise<number> {
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  return (listener.address() as AddressInfo).port;
}

/** Starts the API server; it wants client certificates of the authority when `wantsClients`. */
async function startServer({ names = [] as string[], wantsClients = false } = {}): Promise<string> {
  const { certPem: cert, keyPem: key } = await authority.issueServer(...names);
  const clients = wantsClients ? { requestCert: true, rejectUnauthorized: true, ca: authority.caPem } : {};
  server = createTlsServer({ cert, key, ...clients }, answer);
  const port = await listen(server);
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${port}`;
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

async function kubeconfig(cluster: object, user: object): Promise<string> {
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  return file('config', JSON.stringify(config));
}

function clientOf(options: Partial<KubeClientOptions>): KubeClient {
  const client = createKubeClient({ userAgent: 'test', log: silentLog, clock: hurriedClock(20), ...options });
  closers.push(() => client.close());
  return client;
}

const version = (client: KubeClient): Promise<unknown> => client.raw('GET', '/version');

describe('a client over TLS', () => {
  it('trusts the authority of its kubeconfig and no other', async () => {
    const url = await startServer();
    const trusting = clientOf({
      kubeconfigPath: await kubeconfig({ server: url, 'certificate-authority': await file('ca', authority.caPem) }, {}),
    });
    expect(await version(trusting)).toEqual({ major: '1' });
    const other = await TestAuthority.create('other');
    await file('ca', other.caPem);
    const wary = clientOf({ kubeconfigPath: join(folder, 'config') });
    await expect(version(wary)).rejects.toMatchObject({
      code: 'ConnectionFailed',
      message: expect.stringMatching(/certificate|CERT|VERIFY/i),
    });
  });

  it('checks the name that the kubeconfig says, sends it, and skips the check when told so', async () => {
    const url = await startServer({ names: ['api.cluster'] });
    const caData = { 'certificate-authority-data': Buffer.from(authority.caPem).toString('base64') };
    const named = { server: url, ...caData, 'tls-server-name': 'api.cluster' };
    await version(clientOf({ kubeconfigPath: await kubeconfig(named, {}) }));
    expect(seen[0]?.servername).toBe('api.cluster');
    const wrong = clientOf({ kubeconfigPath: await kubeconfig({ ...named, 'tls-server-name': 'other' }, {}) });
    await expect(version(wrong)).rejects.toMatchObject({ code: 'ConnectionFailed' });
    const blind = clientOf({ kubeconfigPath: await kubeconfig({ server: url, 'insecure-skip-tls-verify': true }, {}) });
    expect(await version(blind)).toEqual({ major: '1' });
  });

  it('goes on when the server changes to another authority and the file follows', async () => {
    const url = await startServer();
    const ca = await file('ca', authority.caPem);
    const client = clientOf({ kubeconfigPath: await kubeconfig({ server: url, 'certificate-authority': ca }, {}) });
    await version(client);
    const next = await TestAuthority.create('next');
    const { certPem: cert, keyPem: key } = await next.issueServer();
    server.setSecureContext({ cert, key });
    server.closeAllConnections();
    await expect(client.raw('POST', '/x')).rejects.toMatchObject({ code: 'ConnectionFailed' });
    await file('ca', next.caPem);
    // A read repeats itself, with the files read anew for each try.
    expect(await version(client)).toEqual({ major: '1' });
  });

  it('takes a new client certificate, and keeps the present one while the files do not fit', async () => {
    const url = await startServer({ wantsClients: true });
    const [first, second] = [await authority.issueClient('first'), await authority.issueClient('second')];
    const user = {
      'client-certificate': await file('cert', first.certPem),
      'client-key': await file('key', first.keyPem),
    };
    const path = await kubeconfig({ server: url, 'certificate-authority': await file('ca', authority.caPem) }, user);
    const client = clientOf({ kubeconfigPath: path });
    await version(client);
    await rm(join(folder, 'key'));
    await file('cert', second.certPem);
    await vi.waitFor(async () => {
      await version(client);
      expect(seen.length).toBeGreaterThan(3);
    }, 10_000);
    expect(new Set(seen.map(({ client: name }) => name))).toEqual(new Set(['first']));
    await file('key', second.keyPem);
    await vi.waitFor(async () => {
      await version(client);
      expect(seen.at(-1)?.client).toBe('second');
    }, 10_000);
  });

  it('takes a certificate that a plug-in grants', async () => {
    const url = await startServer({ wantsClients: true });
    const { certPem, keyPem } = await authority.issueClient('plugged');
    const apiVersion = 'client.authentication.k8s.io/v1';
    const status = { clientCertificateData: certPem, clientKeyData: keyPem };
    const exec = { apiVersion, command: '/bin/echo', args: [JSON.stringify({ apiVersion, status })] };
    const cluster = { server: url, 'certificate-authority': await file('ca', authority.caPem) };
    await version(clientOf({ kubeconfigPath: await kubeconfig(cluster, { exec }) }));
    expect(seen[0]?.client).toBe('plugged');
  });

  it('reads a rotated token file when the old token is refused, and after a while anyway', async () => {
    const url = await startServer();
    const tokenFile = await file('token', 'one\n');
    const cluster = { server: url, 'certificate-authority': await file('ca', authority.caPem) };
    const client = clientOf({ kubeconfigPath: await kubeconfig(cluster, { tokenFile }) });
    await version(client);
    await file('token', 'two\n');
    isRefused = ({ authorization }) => authorization === 'Bearer one';
    await client.raw('POST', '/x');
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer one', 'Bearer one', 'Bearer two']);
    await file('token', 'three');
    await vi.waitFor(async () => {
      await version(client);
      expect(seen.at(-1)?.authorization).toBe('Bearer three');
    }, 10_000);
  });
});

describe('a client behind a proxy', () => {
  it('tunnels through the proxy of its kubeconfig, and through that of the environment', async () => {
    const url = await startServer({ names: ['api.example.test'] });
    const tunnels: (string | undefined)[] = [];
    const proxy = createServer((_, response) => response.writeHead(400).end());
    proxy.on('connect', (request, socket: Socket) => {
      tunnels.push(request.url);
      const upstream = connectSocket(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const [end, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const)
        end.on('error', () => other.destroy());
      closers.push(async () => upstream.destroy());
    });
    const proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;
    closers.push(async () => proxy.close());
    const ca = { 'certificate-authority': await file('ca', authority.caPem) };
    await version(clientOf({ kubeconfigPath: await kubeconfig({ server: url, ...ca, 'proxy-url': proxyUrl }, {}) }));
    const named = await kubeconfig({ server: 'https://api.example.test:6443', ...ca }, {});
    await version(clientOf({ kubeconfigPath: named, env: { HTTPS_PROXY: proxyUrl } }));
    expect(tunnels).toEqual([new URL(url).host, 'api.example.test:6443']);
  });
});
