import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authenticator } from './authenticator.ts';
import type { Principal } from './principal.ts';

/** One token that is known by its hash. */
export interface TokenEntry {
  /** SHA-256 of the token, 64 hex digits. */
  sha256: string;
  principal: Principal;
}

/**
 * Knows a fixed set of tokens by their hashes.
 *
 * Every entry is compared, each in constant time, so that the time of an answer tells nothing about how close a
 * guess was. That is linear, and meant for the handful of tokens of a one-machine install.
 *
 * @throws RangeError for a hash that is no SHA-256 in hex.
 */
export function createTokenAuthenticator(entries: readonly TokenEntry[]): Authenticator {
  const known = entries.map(({ sha256, principal }) => ({ digest: parseDigest(sha256), principal }));
  return {
    authenticate: async (bearer) => {
      const digest = createHash('sha256').update(bearer).digest();
      let found: Principal | undefined;
      for (const entry of known) if (timingSafeEqual(entry.digest, digest)) found = entry.principal;
      return found;
    },
  };
}

function parseDigest(sha256: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(sha256)) throw new RangeError('A token is known by 64 hex digits, its SHA-256');
  return Buffer.from(sha256, 'hex');
}
