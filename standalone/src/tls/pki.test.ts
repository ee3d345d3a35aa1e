import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CertifiedKey } from './certificate-authority.ts';
import { openPki } from './pki.ts';
import type { Pki } from './pki.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = new Date('2026-06-01T00:00:00Z');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pki-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

async function open(at: { days: number; host?: string }): Promise<Pki & { server: CertifiedKey }> {
  const now = new Date(START.getTime() + at.days * DAY_MS);
  const pki = await openPki({ folder, host: at.host ?? '127.0.0.1', now: () => now });
  return { ...pki, server: await pki.serverCertificate() };
}

describe('openPki', () => {
  it('makes an authority on P-256 that may sign leaves only, and keeps it', async () => {
    const first = await open({ days: 0 });
    const authority = new X509Certificate(first.caPem);
    expect(authority.ca).toBe(true);
    expect(authority.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(new X509Certificate(first.server.certPem).ca).toBe(false);
    const second = await open({ days: 10 });
    expect([second.caPem, second.server.certPem]).toEqual([first.caPem, first.server.certPem]);
  });

  it('replaces a server certificate that ends within a month', async () => {
    const first = await open({ days: 0 });
    const second = await open({ days: 340 });
    expect(second.caPem).toBe(first.caPem);
    expect(new X509Certificate(second.server.certPem).validToDate.getTime()).toBeGreaterThan(
      new X509Certificate(first.server.certPem).validToDate.getTime(),
    );
  });

  it('replaces a server certificate that lacks the address listened on', async () => {
    await open({ days: 0 });
    const moved = await open({ days: 0, host: '192.0.2.7' });
    expect(new X509Certificate(moved.server.certPem).checkIP('192.0.2.7')).toBe('192.0.2.7');
  });

  it('replaces a server certificate of another authority, and one whose key is missing', async () => {
    const first = await open({ days: 0 });
    await rm(join(folder, 'ca.crt'));
    const second = await open({ days: 0 });
    expect(second.caPem).not.toBe(first.caPem);
    const certificate = new X509Certificate(second.server.certPem);
    expect(certificate.verify(new X509Certificate(second.caPem).publicKey)).toBe(true);
    await rm(join(folder, 'server.key'));
    const third = await open({ days: 0 });
    expect(third.server.certPem).not.toBe(second.server.certPem);
  });

  it('refuses a certificate file that is no certificate, naming it', async () => {
    await open({ days: 0 });
    await writeFile(join(folder, 'server.crt'), 'garbage');
    await expect(open({ days: 0 })).rejects.toMatchObject({
      code: 'CertificateUnreadable',
      message: expect.stringContaining('server.crt'),
    });
    expect(await readFile(join(folder, 'server.crt'), 'utf8')).toBe('garbage');
  });
});
