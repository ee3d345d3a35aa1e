import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../testing/test-certificate.ts';
import { BearerToken } from './bearer-token.ts';
import { HttpClient } from './http-client.ts';
import { Transport } from './transport.ts';
import { TrustedCertificates } from './trusted-certificates.ts';

const NAME = 'nannyapi-api.nannyapi.svc';

describe('requests to a control plane that is known by its address alone', () => {
  let dir: string;
  let clock: FakeClock;
  let client: HttpClient | undefined;
  const servers: Server[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-http-'));
    clock = new FakeClock();
    await writeFile(join(dir, 'token'), 'secret');
  });
  afterEach(async () => {
    client?.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    await rm(dir, { recursive: true, force: true });
  });

  /** Serves on one port, under a certificate of its own each time, and puts that certificate where the client looks. */
  const serve = async (port = 0): Promise<Server> => {
    const { certPem, keyPem } = await makeCertificate(NAME);
    const server = createServer({ cert: certPem, key: keyPem }, (_, response) => response.end('{"ok":true}'));
    servers.push(server.listen(port, '127.0.0.1'));
    await once(server, 'listening');
    await writeFile(join(dir, 'ca.pem'), certPem);
    return server;
  };
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const clientFor = (port: number, tlsServerName?: string): HttpClient => {
    client = new HttpClient({
      url: new URL(`https://127.0.0.1:${port}`),
      credentials: new BearerToken(join(dir, 'token'), () => clock.now()),
      transport: new Transport({
        trust: new TrustedCertificates(join(dir, 'ca.pem'), () => clock.now()),
        userAgent: 'test',
        tlsServerName,
      }),
      clock,
    });
    return client;
  };
  const get = async (from: HttpClient): Promise<unknown> =>
    from.send({ method: 'GET', path: '/', signal: new AbortController().signal });

  it('check its certificate against the name that was configured', async () => {
    const port = portOf(await serve());
    expect(await get(clientFor(port, NAME))).toEqual({ ok: true });
    client?.close();
    await expect(get(clientFor(port))).rejects.toMatchObject({ code: 'ConnectionFailed' });
    await expect(get(clientFor(port, 'other.svc'))).rejects.toMatchObject({ code: 'ConnectionFailed' });
    const stream = await clientFor(port, NAME).stream('/', new AbortController().signal);
    expect(stream.statusCode).toBe(200);
    stream.destroy();
  });

  it('take certificates that replace the old ones in the file, without a new start', async () => {
    const first = await serve();
    const port = portOf(first);
    const kept = clientFor(port, NAME);
    expect(await get(kept)).toEqual({ ok: true });
    first.closeAllConnections();
    first.close();
    await once(first, 'close');
    await serve(port);
    await expect(get(kept)).rejects.toMatchObject({ code: 'ConnectionFailed' });
    await clock.advance(61_000);
    expect(await get(kept)).toEqual({ ok: true });
  });

  it('go on with the certificates they have while the file is away', async () => {
    const kept = clientFor(portOf(await serve()), NAME);
    expect(await get(kept)).toEqual({ ok: true });
    await rm(join(dir, 'ca.pem'));
    await clock.advance(61_000);
    expect(await get(kept)).toEqual({ ok: true });
  });
});
