import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueServerCertificate, makeAuthority, type CertifiedKey } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FacadeConnection } from './facade-connection.ts';
import { readFacadeUrl } from './facade-url.ts';
import { authorityFor } from './trust.ts';

let authority: CertifiedKey;
let server: Server;
let url: URL;
let folder: string;
const signal = AbortSignal.timeout(30_000);

beforeAll(async () => {
  const now = new Date();
  authority = await makeAuthority(now);
  const { certPem, keyPem } = await issueServerCertificate(authority, ['127.0.0.1'], now);
  server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    response.writeHead(request.url === '/ca.crt' ? 200 : 404).end(authority.certPem);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  folder = await mkdtemp(join(tmpdir(), 'nanny-trust-'));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const fingerprint = (): string => createHash('sha256').update(authority.certPem).digest('hex');

describe('the authority of a facade', () => {
  it('is fetched and taken when it is the one of the fingerprint, however that is written', async () => {
    const pairs = fingerprint().toUpperCase().match(/../g)?.join(':') ?? '';
    for (const caFingerprint of [fingerprint(), `sha256:${fingerprint()}`, pairs])
      expect(await authorityFor(url, { caFingerprint }, signal)).toBe(authority.certPem);
  });

  it('is refused when it is another', async () => {
    const caFingerprint = '0'.repeat(64);
    await expect(authorityFor(url, { caFingerprint }, signal)).rejects.toMatchObject({ code: 'AuthorityDiffers' });
  });

  it('is read from a file, which must hold one', async () => {
    const [good, bad] = [join(folder, 'ca.crt'), join(folder, 'not.crt')];
    await writeFile(good, authority.certPem);
    await writeFile(bad, 'garbage');
    expect(await authorityFor(url, { caFile: good }, signal)).toBe(authority.certPem);
    await expect(authorityFor(url, { caFile: bad }, signal)).rejects.toThrow(/not\.crt is no PEM certificate/);
  });

  it.each([
    [{ caFingerprint: 'abc' }, /64 hex digits/],
    [{ caFile: 'a', caFingerprint: 'b' }, /either/],
  ])('is not guessed from %j', async (flags, message) => {
    await expect(authorityFor(url, flags, signal)).rejects.toThrow(message);
  });

  it('is that of the system when none is named, and a failure says how to name one', async () => {
    expect(await authorityFor(url, {}, signal)).toBeUndefined();
    const connection = new FacadeConnection({ url: url.href });
    try {
      await expect(connection.call('/healthz', { signal })).rejects.toMatchObject({
        code: 'FacadeUnreachable',
        message: expect.stringContaining('--ca-fingerprint'),
      });
    } finally {
      await connection.close();
    }
  });
});

describe('the address of a facade', () => {
  it.each(['https://nanny.example.com', 'https://192.0.2.7:7444', 'http://127.0.0.1:8080'])('may be %s', (text) => {
    expect(readFacadeUrl(text).href).toBe(`${text}/`);
  });

  it.each(['nanny.example.com', 'http://nanny.example.com', 'https://a/b', 'https://u:p@a', 'ftp://a'])(
    'may not be %s',
    (text) => {
      expect(() => readFacadeUrl(text)).toThrow(/--url must/);
    },
  );
});
