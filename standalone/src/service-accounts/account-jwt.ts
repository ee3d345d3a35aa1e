import { sign, verify } from 'node:crypto';
import type { SigningKey } from './signing-key.ts';

/** An object that a token names. */
export interface NamedUid {
  name: string;
  uid: string;
}

/** The claims of a ServiceAccount's token. Times are seconds since 1970. */
export interface AccountClaims {
  iss: string;
  sub: string;
  aud: readonly string[];
  exp: number;
  iat: number;
  nbf: number;
  jti: string;
  'kubernetes.io': { namespace: string; serviceaccount: NamedUid; secret?: NamedUid; node?: NamedUid };
}

const ALGORITHM = 'ES256';
/** JWS wants the two numbers of the signature one after the other (RFC 7518 §3.4), not in DER. */
const ENCODING = 'ieee-p1363';

/** A signed token: JWS compact serialization, RFC 7515. */
export function signToken(key: SigningKey, claims: AccountClaims): string {
  const signed = `${encode({ alg: ALGORITHM, kid: key.keyID })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: key.privateKey, dsaEncoding: ENCODING });
  return `${signed}.${signature.toString('base64url')}`;
}

/** The claims of a token by their form alone: nobody vouches for them yet. Undefined for what is no token of the issuer's. */
export function readToken(token: string, issuer: string): AccountClaims | undefined {
  const parts = token.split('.');
  const claims = parts.length === 3 ? decode(parts[1] ?? '') : undefined;
  return isOfIssuer(claims, issuer) ? claims : undefined;
}

/** True when the key signed the token, with the one algorithm that is ours. */
export function isSigned(key: SigningKey, token: string): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const { alg, kid } = (decode(header) ?? {}) as { alg?: unknown; kid?: unknown };
  if (alg !== ALGORITHM || kid !== key.keyID) return false;
  const bytes = Buffer.from(signature, 'base64url');
  // Another spelling of the same bytes would be another token with the same rights.
  if (bytes.toString('base64url') !== signature) return false;
  return verify('sha256', Buffer.from(`${header}.${payload}`), { key: key.publicKey, dsaEncoding: ENCODING }, bytes);
}

function isOfIssuer(claims: unknown, issuer: string): claims is AccountClaims {
  return typeof claims === 'object' && claims !== null && 'iss' in claims && claims.iss === issuer;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    // It is no token, then.
    return undefined;
  }
}
