/** A facade on several addresses: loopback has more than one. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../testing/certificate.ts';
import { startTestFacade, type TestFacade } from '../testing/test-facade.ts';
import type { FurtherAddresses } from './facade-config.ts';

const own = makeCertificate('own.example');
const given = makeCertificate('given.example');
let server: TestApiServer;

beforeAll(async () => {
  server = await startTestApiServer();
});
afterAll(async () => await server.close());

const OTHER = '127.0.0.2';

async function start(further: FurtherAddresses): Promise<{ facade: TestFacade; port: number }> {
  const facade = await startTestFacade({ client: server.client, config: { tls: own, further } });
  return { facade, port: Number(new URL(facade.url).port) };
}

/** A port that nothing listens on at the second address: that of the first, which is the facade's own choice. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, OTHER);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The certificate that answers on an address, and the status of its health. */
async function ask(host: string, port: number): Promise<{ subject: string; status: number }> {
  const call = request({ host, port, path: '/healthz', rejectUnauthorized: false, agent: false }).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const subject = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
  response.resume();
  await once(response, 'end');
  return { subject: String(subject), status: response.statusCode ?? 0 };
}

describe('a facade on further addresses', () => {
  it('serves the same there, with its own certificate unless another is given', async () => {
    for (const [tls, subject] of [
      [undefined, 'own.example'],
      [given, 'given.example'],
    ] as const) {
      const second = await freePort();
      const { facade, port } = await start({ addresses: [{ host: OTHER, port: second }], tls });
      try {
        expect(await ask('127.0.0.1', port)).toEqual({ subject: 'own.example', status: 200 });
        expect(await ask(OTHER, second)).toEqual({ subject, status: 200 });
      } finally {
        await facade.close();
      }
      await expect(ask(OTHER, second)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('takes a new certificate there into use', async () => {
    const second = await freePort();
    const { facade, port } = await start({ addresses: [{ host: OTHER, port: second }], tls: given });
    try {
      facade.facade.useFurtherCertificate(makeCertificate('next.example'));
      expect(await ask(OTHER, second)).toMatchObject({ subject: 'next.example' });
      expect(await ask('127.0.0.1', port)).toMatchObject({ subject: 'own.example' });
    } finally {
      await facade.close();
    }
  });

  it('closes although somebody holds a connection there open and says nothing', async () => {
    const second = await freePort();
    const { facade } = await start({ addresses: [{ host: OTHER, port: second }], tls: given });
    const socket = connect(second, OTHER);
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    socket.resume();
    await facade.close();
    await expect(ended).resolves.toEqual([false]);
  });

  it('listens nowhere when one of the addresses is taken', async () => {
    const taken = createServer().listen(0, OTHER);
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      await expect(start({ addresses: [{ host: OTHER, port }] })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    } finally {
      taken.close();
    }
  });
});
