import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { issueServerCertificate, makeAuthority, type CertifiedKey } from '../tls/certificate-authority.ts';
import { FacadeCertificate } from './facade-certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let folder: string;
let clock: FakeClock;
let authority: CertifiedKey;
let names: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facade-certificate-'));
  clock = new FakeClock();
  authority = await makeAuthority(clock.now());
  names = ['localhost', '127.0.0.1'];
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

function certificate(): FacadeCertificate {
  return new FacadeCertificate({
    folder,
    caPem: authority.certPem,
    issue: (wanted) => issueServerCertificate(authority, wanted, clock.now()),
    names: () => names,
    clock,
    log: createLogger({ name: 'test', level: 'silent' }),
  });
}

describe('FacadeCertificate', () => {
  it('is kept over restarts, in files for its owner alone', async () => {
    const first = await certificate().load();
    expect(await certificate().load()).toEqual(first);
    expect((await stat(join(folder, 'tls.key'))).mode & 0o777).toBe(0o600);
  });

  it('is replaced when it ends within a month, and when the authority was', async () => {
    const first = await certificate().load();
    await clock.advance(340 * DAY_MS);
    const second = await certificate().load();
    expect(second.certPem).not.toBe(first.certPem);
    authority = await makeAuthority(clock.now());
    const third = new X509Certificate((await certificate().load()).certPem);
    expect(third.verify(new X509Certificate(authority.certPem).publicKey)).toBe(true);
  });

  it('is replaced within a minute when the machine gets another address', async () => {
    const used: CertifiedKey[] = [];
    const watched = certificate();
    await watched.load();
    watched.watch((files) => used.push(files));
    await clock.advance(60_000);
    names = [...names, '192.0.2.7'];
    // The first look has set the next timer once it is done.
    await vi.waitFor(async () => {
      await clock.advance(60_000);
      expect(used).toHaveLength(1);
    });
    watched.stop();
    expect(new X509Certificate(used[0]?.certPem ?? '').checkIP('192.0.2.7')).toBe('192.0.2.7');
  });
});
