import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CodedError, writeFileAtomic } from '@nannyapi/process';
import { readIfPresent } from '../read-if-present.ts';
import type { CertifiedKey } from './certificate-authority.ts';

/** A server certificate with less than this left is replaced at start. */
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;

/** The certificates of one data folder. */
export interface Pki {
  caPem: string;
  /** The server's own certificate: the stored one, or a new one when it ends within a month. */
  serverCertificate: () => Promise<CertifiedKey>;
  /** A certificate of the same authority for another listener, valid one year. */
  issueServerCertificate: (names: string[]) => Promise<CertifiedKey>;
}

/** What {@link openPki} needs. */
export interface PkiOptions {
  folder: string;
  /** The address that the server listens on; joins localhost, both loopbacks and the host name. */
  host: string;
  now: () => Date;
}

/**
 * Loads the authority of a data folder, or makes it (files 0600).
 *
 * The X.509 library is loaded only when something must be signed: an ordinary start does without its 20 MB.
 */
export async function openPki(options: PkiOptions): Promise<Pki> {
  const authority = await loadAuthority(options);
  const issueServerCertificate = async (names: string[]): Promise<CertifiedKey> =>
    await (await import('./certificate-authority.ts')).issueServerCertificate(authority, names, options.now());
  const serverCertificate = async (): Promise<CertifiedKey> =>
    await loadServer(options, authority, issueServerCertificate);
  return { caPem: authority.certPem, serverCertificate, issueServerCertificate };
}

async function loadAuthority(options: PkiOptions): Promise<CertifiedKey> {
  const stored = await loadPair(options.folder, 'ca');
  if (stored !== undefined) return stored;
  const { makeAuthority } = await import('./certificate-authority.ts');
  return await storePair(options.folder, 'ca', await makeAuthority(options.now()));
}

async function loadServer(
  options: PkiOptions,
  authority: CertifiedKey,
  issue: (names: string[]) => Promise<CertifiedKey>,
): Promise<CertifiedKey> {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', hostname(), options.host])].filter(
    (name) => name !== '0.0.0.0' && name !== '::',
  );
  const stored = await loadPair(options.folder, 'server');
  if (stored !== undefined && isUsable(stored, authority, { names, now: options.now() })) return stored;
  return await storePair(options.folder, 'server', await issue(names));
}

function isUsable(pair: CertifiedKey, authority: CertifiedKey, wanted: { names: string[]; now: Date }): boolean {
  const certificate = new X509Certificate(pair.certPem);
  if (!certificate.verify(new X509Certificate(authority.certPem).publicKey)) return false;
  if (certificate.validToDate.getTime() - wanted.now.getTime() < RENEW_BEFORE_MS) return false;
  return wanted.names.every(
    (name) => certificate.checkHost(name) !== undefined || certificate.checkIP(name) !== undefined,
  );
}

async function loadPair(folder: string, name: string): Promise<CertifiedKey | undefined> {
  const certPath = join(folder, `${name}.crt`);
  const certPem = await readIfPresent(certPath);
  const keyPem = await readIfPresent(join(folder, `${name}.key`));
  if (certPem === undefined || keyPem === undefined) return undefined;
  parseCertificate(certPem, certPath);
  return { certPem, keyPem };
}

/** A file that somebody damaged is not silently replaced: clients may trust what it held. */
function parseCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new CodedError({
      code: 'CertificateUnreadable',
      message: `${path} is not a PEM certificate. Restore it, or remove it to have a new one made.`,
      cause,
    });
  }
}

async function storePair(folder: string, name: string, pair: CertifiedKey): Promise<CertifiedKey> {
  // The key first: a certificate without its key is made anew, so a crash in between heals itself.
  await writeFileAtomic(join(folder, `${name}.key`), pair.keyPem, { mode: 0o600 });
  await writeFileAtomic(join(folder, `${name}.crt`), pair.certPem, { mode: 0o600 });
  return pair;
}
