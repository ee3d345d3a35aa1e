import { createHmac, timingSafeEqual } from 'node:crypto';
import { TOKEN_PREFIXES } from '@nannyapi/protocol';
import { formatToken, hashOf, partsOf } from './token-format.ts';

/** What a host is given. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
}

/** Bytes of a refresh token that are chosen; the rest proves that we chose them. */
const CHOSEN_BYTES = 16;

/**
 * Makes the tokens of hosts.
 *
 * A pair is worked out from the secret that it is given for (device code, install token, previous refresh token) with
 * a key that only replicas have. So a host that lost an answer and asks again is told the same pair, by any replica and
 * without a write: a repeated request can change nothing. Objects hold hashes, which tell nobody anything.
 *
 * ```
 * nrt.<credential>.base64url( 16 bytes r, 16 bytes HMAC(key, "own" credential r) )
 * ```
 *
 * By its second half a refresh token is known as one of ours however old it is. Guesses are refused without a look at
 * the store, and one that was used up long ago is known as reused (RFC 9700 §4.14).
 */
export class TokenPairs {
  readonly #keys: readonly Buffer[];

  /** @param keys newest first; tokens of the others are still known. */
  constructor(keys: readonly Buffer[]) {
    this.#keys = keys;
  }

  /** The pair for a secret, by the newest key. */
  make(credential: string, secret: string): TokenPair {
    const [newest] = this.#keys;
    if (!newest) throw new TypeError('There is no key to make tokens with');
    return pairOf(newest, credential, secret);
  }

  /** The pair that was made for a secret before, by whichever key; `undefined` when its hashes are others. */
  remake(credential: string, secret: string, hashes: PairHashes): TokenPair | undefined {
    return this.#keys
      .map((key) => pairOf(key, credential, secret))
      .find(
        (pair) =>
          hashOf(pair.refreshToken) === hashes.refreshTokenHash && hashOf(pair.accessToken) === hashes.accessTokenHash,
      );
  }

  /** Whether this is a refresh token that was once ours, good or not. */
  isOwn(refreshToken: string): boolean {
    const parts = partsOf(TOKEN_PREFIXES.agentRefresh, refreshToken);
    if (!parts) return false;
    const bytes = Buffer.from(parts.secret, 'base64url');
    const chosen = bytes.subarray(0, CHOSEN_BYTES);
    const proof = bytes.subarray(CHOSEN_BYTES);
    return this.#keys.some((key) => timingSafeEqual(proof, proofOf(key, parts.holder, chosen)));
  }
}

/** The hashes that a credential holds of its present pair. */
export interface PairHashes {
  accessTokenHash?: string | undefined;
  refreshTokenHash?: string | undefined;
}

function pairOf(key: Buffer, credential: string, secret: string): TokenPair {
  const access = mac(key, ['access', credential, secret]).toString('base64url');
  const chosen = mac(key, ['refresh', credential, secret]).subarray(0, CHOSEN_BYTES);
  const refresh = Buffer.concat([chosen, proofOf(key, credential, chosen)]).toString('base64url');
  return {
    accessToken: formatToken(TOKEN_PREFIXES.agentAccess, credential, access),
    refreshToken: formatToken(TOKEN_PREFIXES.agentRefresh, credential, refresh),
  };
}

function proofOf(key: Buffer, credential: string, chosen: Buffer): Buffer {
  return mac(key, ['own', credential, chosen.toString('hex')]).subarray(0, CHOSEN_BYTES);
}

/** No part holds a line break, so two lists of parts never look alike. */
function mac(key: Buffer, parts: readonly string[]): Buffer {
  return createHmac('sha256', key).update(parts.join('\n')).digest();
}
