import { verify, type KeyObject } from 'node:crypto';
import { parsePublicJwk, type PublicJwk } from './public-jwk.ts';

/** Signature algorithms of proofs. */
export const PROOF_ALGORITHMS = ['EdDSA', 'ES256'] as const;

/** A proof that was taken apart; nothing of it is proved before its signature was checked. */
export interface Proof {
  jwk: PublicJwk;
  algorithm: (typeof PROOF_ALGORITHMS)[number];
  /** What was signed. */
  signedText: string;
  signature: Buffer;
  claims: ProofClaims;
}

/** The claims of RFC 9449 §4.2. */
export interface ProofClaims {
  /** Unique for the proof. */
  jti: string;
  /** Method of the request. */
  htm: string;
  /** URL of the request, without query and fragment. */
  htu: string;
  nonce?: string | undefined;
  /** Hash of the access token. */
  ath?: string | undefined;
}

/** Longest proof that is looked at, in characters; one has about 600. */
const MAX_PROOF_LENGTH = 4096;
/** Shortest and longest id: with less than 96 bits two honest proofs could meet. */
const JTI = /^[\x21-\x7e]{16,64}$/;

/**
 * Takes a proof apart (RFC 9449 §4.3, points 2 to 6 but for the signature).
 *
 * @returns what is wrong with it, as a text, when it is no proof. `iat` must be there and is not looked at: nonces say
 *   how old a proof is, and clocks of hosts may be wrong.
 */
export function parseProof(text: string): Proof | string {
  const parts = text.length <= MAX_PROOF_LENGTH ? text.split('.') : [];
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3) return 'it is no compact JWS';
  const head = parseJson(header);
  if (head?.['typ'] !== 'dpop+jwt') return 'its typ is not dpop+jwt';
  if ('crit' in head) return 'it has critical header fields';
  const jwk = parsePublicJwk(head['jwk']);
  if (!jwk) return 'its jwk is no public Ed25519 or P-256 key';
  const algorithm = jwk.kty === 'OKP' ? 'EdDSA' : 'ES256';
  if (head['alg'] !== algorithm) return `its alg is not ${algorithm}, which goes with its key`;
  const claims = parseClaims(parseJson(payload));
  if (typeof claims === 'string') return claims;
  return {
    jwk,
    algorithm,
    signedText: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
    claims,
  };
}

/** Whether the holder of the key made the proof. */
export function isSignedBy(proof: Proof, key: KeyObject): boolean {
  const data = Buffer.from(proof.signedText);
  return proof.algorithm === 'EdDSA'
    ? verify(null, data, key, proof.signature)
    : verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, proof.signature);
}

function parseClaims(claims: Record<string, unknown> | undefined): ProofClaims | string {
  if (!claims) return 'its payload is no JSON object';
  const { jti, htm, htu, iat, nonce, ath } = claims;
  if (typeof jti !== 'string' || !JTI.test(jti)) return 'its jti is not 16 to 64 visible characters';
  if (typeof htm !== 'string') return 'it has no htm';
  if (typeof htu !== 'string') return 'it has no htu';
  if (typeof iat !== 'number') return 'it has no iat';
  if (nonce !== undefined && typeof nonce !== 'string') return 'its nonce is no text';
  if (ath !== undefined && typeof ath !== 'string') return 'its ath is no text';
  return { jti, htm, htu, nonce, ath };
}

function parseJson(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // What is no JSON is no proof, and the caller says so.
    return undefined;
  }
}
