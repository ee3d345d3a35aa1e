import { isIP } from 'node:net';
import { randomBytes, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, PEM. */
export interface CertifiedKey {
  certPem: string;
  /** PKCS #8. */
  keyPem: string;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const CA_DAYS = 3650;
const LEAF_DAYS = 365;
/** Certificates start in the past, so that a client whose clock lags trusts them. */
const CLOCK_SKEW_MS = 60 * 60 * 1000;

/** Makes a certificate authority of our own: ECDSA P-256, ten years, may sign leaf certificates only. */
export async function makeAuthority(now: Date): Promise<CertifiedKey> {
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=nannyapi-standalone-ca',
    serialNumber: serialNumber(),
    ...validity(now, CA_DAYS),
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: certificate.toString('pem'), keyPem: await toPem(keys.privateKey) };
}

/**
 * Issues a server certificate for host names and addresses, valid for one year.
 *
 * @param names DNS names and IP addresses; the first becomes the subject.
 */
export async function issueServerCertificate(
  authority: CertifiedKey,
  names: readonly string[],
  now: Date,
): Promise<CertifiedKey> {
  return await issueLeaf(authority, now, {
    subject: { CN: [names[0] ?? 'localhost'] },
    usage: x509.ExtendedKeyUsage.serverAuth,
    names,
  });
}

/**
 * Issues a client certificate, valid for one year, by which Kubernetes programs know a user: the common name is its
 * name, the organizations its groups.
 */
export async function issueClientCertificate(
  authority: CertifiedKey,
  user: { name: string; groups: readonly string[] },
  now: Date,
): Promise<CertifiedKey> {
  const subject = { CN: [user.name], ...(user.groups.length > 0 ? { O: [...user.groups] } : {}) };
  return await issueLeaf(authority, now, { subject, usage: x509.ExtendedKeyUsage.clientAuth, names: [] });
}

interface Leaf {
  subject: Record<string, string[]>;
  usage: x509.ExtendedKeyUsage;
  names: readonly string[];
}

async function issueLeaf(authority: CertifiedKey, now: Date, leaf: Leaf): Promise<CertifiedKey> {
  const caCertificate = new x509.X509Certificate(authority.certPem);
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const names = leaf.names.map((name) => ({
    type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const),
    value: name,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    // As an array, so that a name can never be read as more than a common name.
    subject: new x509.Name([leaf.subject]).toString(),
    issuer: caCertificate.subject,
    serialNumber: serialNumber(),
    ...validity(now, LEAF_DAYS),
    publicKey: keys.publicKey,
    signingKey: await fromPem(authority.keyPem),
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([leaf.usage]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(caCertificate),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: certificate.toString('pem'), keyPem: await toPem(keys.privateKey) };
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
  };
}

/** 16 random bytes with the top bit clear: a positive number, as RFC 5280 §4.1.2.2 asks. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function fromPem(pem: string): Promise<webcrypto.CryptoKey> {
  return await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), KEY_ALGORITHM, false, ['sign']);
}
