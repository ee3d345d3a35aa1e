import { once } from 'node:events';
import { createServer as createProxy, type Server as Proxy } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../testing/test-certificate.ts';
import { readProxyRule } from './proxy-rule.ts';
import { Transport } from './transport.ts';

const NAME = 'nanny.example';
const never = new AbortController().signal;

describe('requests through a proxy', () => {
  let server: Server;
  let proxy: Proxy;
  let caPem: string;
  let transport: Transport | undefined;
  /** What the proxy was asked for, with which credentials. */
  let asked: (string | undefined)[][];
  let behaviour: 'Tunnel' | 'Refuse' | 'Hang';
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    const certificate = await makeCertificate(NAME);
    caPem = certificate.certPem;
    server = createServer({ cert: caPem, key: certificate.keyPem }, (request, response) =>
      response.end(`${request.method} ${request.url} at ${request.headers.host}`),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    asked = [];
    behaviour = 'Tunnel';
    proxy = createProxy().listen(0, '127.0.0.1');
    // Names lead nowhere in a test: the stand-in knows where the one name is.
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push([request.url, request.headers['proxy-authorization']]);
      sockets.add(socket.on('error', () => undefined));
      if (behaviour === 'Hang') return;
      if (behaviour === 'Refuse') {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const upstream = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      sockets.add(upstream.on('error', () => undefined));
    });
    await once(proxy, 'listening');
  });
  afterEach(() => {
    transport?.close();
    for (const socket of sockets) socket.destroy();
    for (const one of [server, proxy]) {
      one.closeAllConnections();
      one.close();
    }
  });

  const through = (userinfo = '', noProxy = ''): Transport => {
    const address = `http://${userinfo}127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    transport = new Transport({
      trust: { read: async () => caPem },
      proxy: readProxyRule(address, noProxy),
      userAgent: 'test',
    });
    return transport;
  };
  const get = async (over: Transport, options: { isStream?: boolean; signal?: AbortSignal } = {}): Promise<string> => {
    const url = new URL(`https://${NAME}/path?q`);
    return text(await over.send({ method: 'GET', url, headers: {}, signal: never, ...options }));
  };

  it('use CONNECT, speak TLS with the far end, and keep the tunnel for the next one', async () => {
    const over = through('user:p%40ss@');
    expect(await get(over)).toBe(`GET /path?q at ${NAME}`);
    expect(await get(over)).toBe(`GET /path?q at ${NAME}`);
    expect(asked).toEqual([[`${NAME}:443`, `Basic ${Buffer.from('user:p@ss').toString('base64')}`]]);
    await get(over, { isStream: true });
    expect(asked).toHaveLength(2);
  });

  it('check the certificate of the far end', async () => {
    caPem = (await makeCertificate(NAME)).certPem;
    await expect(get(through())).rejects.toMatchObject({ code: 'ConnectionFailed' });
  });

  it('fail with the words of the proxy when it refuses', async () => {
    behaviour = 'Refuse';
    await expect(get(through())).rejects.toMatchObject({
      code: 'ConnectionFailed',
      message: expect.stringContaining('407'),
    });
  });

  it('end with their signal also while a silent proxy keeps them waiting', async () => {
    behaviour = 'Hang';
    const stop = new AbortController();
    const waiting = get(through(), { signal: stop.signal });
    await once(proxy, 'connect');
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ConnectionFailed' });
  });

  it('go past it to hosts that NO_PROXY names', async () => {
    await expect(get(through('', NAME))).rejects.toMatchObject({ code: 'ConnectionFailed' });
    expect(asked).toEqual([]);
  });
});
