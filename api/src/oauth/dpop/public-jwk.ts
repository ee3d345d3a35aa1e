import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** The public keys that proofs are made with: Ed25519 (RFC 8037) and P-256 (RFC 7518 §6.2). */
export type PublicJwk = { kty: 'OKP'; crv: 'Ed25519'; x: string } | { kty: 'EC'; crv: 'P-256'; x: string; y: string };

/** Length of each coordinate, in bytes. */
const COORDINATE_BYTES = 32;

/**
 * Reads a JWK; `undefined` for any other kind of key, for one that shows its private part, and for one whose
 * coordinates are written in another than the shortest way: a key has one thumbprint.
 */
export function parsePublicJwk(value: unknown): PublicJwk | undefined {
  if (typeof value !== 'object' || value === null || 'd' in value) return undefined;
  const { kty, crv, x, y } = value as Record<string, unknown>;
  if (!isCoordinate(x)) return undefined;
  if (kty === 'OKP' && crv === 'Ed25519') return { kty, crv, x };
  if (kty === 'EC' && crv === 'P-256' && isCoordinate(y)) return { kty, crv, x, y };
  return undefined;
}

/** Thumbprint of a key: SHA-256 in base64url, 43 characters (RFC 7638, RFC 8037 appendix A.3). */
export function thumbprintOf(jwk: PublicJwk): string {
  const { crv, kty, x } = jwk;
  const members = jwk.kty === 'EC' ? { crv, kty, x, y: jwk.y } : { crv, kty, x };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** The key for `node:crypto`. @throws Error for a point that is not on the curve. */
export function importPublicJwk(jwk: PublicJwk): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' });
}

function isCoordinate(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(value)) return false;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.length === COORDINATE_BYTES && bytes.toString('base64url') === value;
}
