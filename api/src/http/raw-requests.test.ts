import { connect, type Socket } from 'node:net';
import { createLogger } from '@nannyapi/process';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../../testing/certificate.ts';
import { parseRanges } from '../identity/cluster-node.ts';
import { createApp, type AppOptions } from './create-app.ts';

const apps: FastifyInstance[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const app of apps.splice(0)) await app.close();
});

/** Listens on loopback; counts what came through to a handler. */
async function startApp(options: Partial<AppOptions> = {}): Promise<{ port: number; bodies: unknown[] }> {
  const bodies: unknown[] = [];
  const app = createApp({
    authenticator: {
      authenticate: async (token) => (token === 'anna' ? { kind: 'user', name: 'anna', groups: [] } : undefined),
    },
    log: createLogger({ name: 'test', level: 'silent' }),
    ...options,
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/things',
    config: { audience: 'people' },
    handler: async (request) => {
      bodies.push(request.body);
      return { principal: request.principal, host: request.headers.host };
    },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  apps.push(app);
  const address = app.server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return { port: address.port, bodies };
}

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** Resolves when a connection is over, be it in good order or by a reset. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

/** Sends bytes as they are; resolves with all that came back until the other side closes. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = open(port);
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.write(text);
  await closed(socket);
  return answer;
}

const AUTH = 'Authorization: Bearer anna\r\n';
const HOST = 'Host: nanny.example\r\nConnection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';

describe('a request', () => {
  it('that is whole is served', async () => {
    const { port } = await startApp();
    expect(await sendRaw(port, `GET /things HTTP/1.1\r\n${HOST}${AUTH}\r\n`)).toMatch(/^HTTP\/1.1 200 .*"anna"/s);
  });

  it.each([
    ['two credentials', `GET /things HTTP/1.1\r\n${HOST}${AUTH}Authorization: Bearer other\r\n\r\n`],
    ['two hosts', `GET /things HTTP/1.1\r\n${HOST}Host: evil.example\r\n${AUTH}\r\n`],
    ['no host', `GET /things HTTP/1.1\r\nConnection: close\r\n${AUTH}\r\n`],
    ['two proofs', `GET /things HTTP/1.1\r\n${HOST}${AUTH}DPoP: a\r\nDPoP: b\r\n\r\n`],
    ['two origins', `GET /things HTTP/1.1\r\n${HOST}${AUTH}Origin: a\r\norigin: b\r\n\r\n`],
    [
      'two lengths',
      `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}`,
    ],
    [
      'the same length twice',
      `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
    ],
    ['a list of lengths', `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 2, 2\r\n\r\n{}`],
    ['a length below zero', `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: -2\r\n\r\n{}`],
    [
      'both length and chunks',
      `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      'chunks of an unknown coding',
      `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      'codings in two headers',
      `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      'a chunk whose size is no number',
      `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    ],
    ['a header over two lines', `GET /things HTTP/1.1\r\n${HOST}Authorization: Bearer\r\n anna\r\n\r\n`],
    ['a space before the colon', `GET /things HTTP/1.1\r\n${HOST}Authorization : Bearer anna\r\n\r\n`],
    ['a bare line feed in a header', `GET /things HTTP/1.1\r\n${HOST}X: a\nAuthorization: Bearer anna\r\n\r\n`],
    ['a NUL in a header', `GET /things HTTP/1.1\r\n${HOST}${AUTH}X: a\0b\r\n\r\n`],
    ['headers without end', `GET /things HTTP/1.1\r\n${HOST}${AUTH}X: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['no version', `GET /things\r\n\r\n`],
    ['somebody to be impersonated', `GET /things HTTP/1.1\r\n${HOST}${AUTH}iMPERSONATE-uSER: admin\r\n\r\n`],
  ])('with %s is refused and reaches nobody', async (_what, text) => {
    const { port, bodies } = await startApp();
    expect(await sendRaw(port, text)).toMatch(/^HTTP\/1.1 (400|401|431) /);
    expect(bodies).toEqual([]);
  });

  it.each([
    ['is no HTTP', 'NONSENSE\r\n\r\n'],
    ['has a path that is none', `GET /%zz HTTP/1.1\r\n${HOST}${AUTH}\r\n`],
  ])('that %s gets the headers of all answers too', async (_what, text) => {
    const { port } = await startApp();
    const answer = await sendRaw(port, text);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    for (const header of [
      'x-content-type-options: nosniff',
      'cache-control: no-store',
      "content-security-policy: default-src 'none'",
    ])
      expect(answer.toLowerCase()).toContain(header);
  });

  it('that hides behind a refused one is not read', async () => {
    const { port, bodies } = await startApp();
    const hidden = `GET /things HTTP/1.1\r\n${HOST}${AUTH}\r\n`;
    const text = `POST /things HTTP/1.1\r\nHost: a\r\n${JSON_TYPE}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`;
    const answer = await sendRaw(port, text);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).not.toContain('200');
    expect(bodies).toEqual([]);
  });

  it('for another host in its line, or for a tunnel, gets nothing', async () => {
    const { port, bodies } = await startApp();
    expect(await sendRaw(port, `GET http://evil.example/nowhere HTTP/1.1\r\n${HOST}${AUTH}\r\n`)).toMatch(
      /^HTTP\/1.1 4/,
    );
    expect(await sendRaw(port, `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}${AUTH}\r\n`)).not.toContain(' 200 ');
    expect(await sendRaw(port, `TRACE /things HTTP/1.1\r\n${HOST}${AUTH}\r\n`)).toMatch(/^HTTP\/1.1 4/);
    expect(bodies).toEqual([]);
  });
});

describe('a slow sender', () => {
  const connections = { headersTimeoutMs: 150, requestTimeoutMs: 300, checkEveryMs: 20 };

  it.each([
    ['sends nothing', ''],
    ['never ends its headers', `GET /things HTTP/1.1\r\n${HOST}X: `],
    ['never ends its body', `POST /things HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 100\r\n\r\n{`],
  ])('is disconnected when it %s', async (_what, text) => {
    const { port, bodies } = await startApp({ connections });
    const answer = await sendRaw(port, text);
    expect(answer).toMatch(/^(HTTP\/1.1 4|$)/);
    expect(bodies).toEqual([]);
  });

  it('is disconnected when it begins no handshake where there is TLS', async () => {
    const { port, bodies } = await startApp({ connections, tls: makeCertificate('nanny.example') });
    expect(await sendRaw(port, '')).toBe('');
    expect(await sendRaw(port, '\x16\x03')).toBe('');
    expect(bodies).toEqual([]);
  });

  it('is disconnected though it goes on sending, byte by byte', async () => {
    const { port } = await startApp({ connections });
    const socket = open(port);
    socket.write(`GET /things HTTP/1.1\r\n${HOST}`);
    const drip = setInterval(() => socket.write('X: a\r\n'), 10);
    try {
      socket.resume();
      await closed(socket);
      expect(socket.destroyed).toBe(true);
    } finally {
      clearInterval(drip);
    }
  });
});

describe('connections of one address', () => {
  const request = (auth = '') => `GET /things HTTP/1.1\r\nHost: a\r\n${auth}\r\n`;

  /** The first that comes back on a new connection; empty when it is closed instead. */
  async function ask(port: number, auth = ''): Promise<{ socket: Socket; answer: string }> {
    const socket = open(port);
    socket.write(request(auth));
    const data = new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(String(chunk)));
    });
    return { socket, answer: await Promise.race([data, closed(socket).then(() => '')]) };
  }

  it('are bounded until they show a credential, and then count no more', async () => {
    const { port } = await startApp({ connections: { maxUnproven: 2 } });
    expect((await ask(port, AUTH)).answer).toContain(' 200 ');
    const stranger = await ask(port);
    expect(stranger.answer).toContain(' 401 ');
    expect((await ask(port)).answer).toContain(' 401 ');
    expect((await ask(port)).answer).toBe('');
    expect((await ask(port, AUTH)).answer).toBe('');
    stranger.socket.destroy();
    await vi.waitFor(async () => expect((await ask(port, AUTH)).answer).toContain(' 200 '));
  });

  it('have no bound behind a trusted proxy, which is the address of all', async () => {
    const { port } = await startApp({ connections: { maxUnproven: 1 }, trustedProxies: parseRanges('127.0.0.0/8') });
    for (let i = 0; i < 5; i++) expect((await ask(port)).answer).toContain(' 401 ');
  });
});
