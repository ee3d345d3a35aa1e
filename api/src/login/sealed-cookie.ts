import { createHash } from 'node:crypto';
import type { Clock } from '@nannyapi/process';
import type { JWTPayload } from 'jose';
import * as errors from 'jose/errors';
import { jwtDecrypt } from 'jose/jwt/decrypt';
import { EncryptJWT } from 'jose/jwt/encrypt';
import type { KeyPurpose, SecretKeys } from '../secrets/secret-keys.ts';

/** Content of a cookie that nobody but a replica can read or make. */
export interface OpenedCookie {
  claims: JWTPayload;
  /** When it was sealed. */
  sealTime: Date;
  /** Whether the newest key sealed it. */
  isNewestKey: boolean;
}

/** What {@link SealedCookies} needs. */
export interface SealedCookiesDeps {
  secretKeys: Pick<SecretKeys, 'derive'>;
  purpose: KeyPurpose;
  clock: Clock;
}

interface SealKey {
  id: string;
  bytes: Uint8Array;
}

/**
 * Seals what a browser keeps for us: JWE in compact form, `dir` with `A256GCM` (RFC 7516, RFC 7518 §4.5), so that it is
 * secret and whole. The header names the key; after a rotation the older keys still open what they sealed.
 */
export class SealedCookies {
  readonly #clock: Clock;
  readonly #keys: readonly SealKey[];

  /** @throws RangeError without a key. */
  constructor({ secretKeys, purpose, clock }: SealedCookiesDeps) {
    this.#clock = clock;
    this.#keys = secretKeys.derive(purpose).map((bytes) => ({ id: keyID(bytes), bytes }));
    if (this.#keys.length === 0) throw new RangeError('A cookie cannot be sealed without a key');
  }

  async seal(claims: JWTPayload, lifetimeSeconds: number): Promise<string> {
    const [key] = this.#keys;
    if (!key) throw new RangeError('A cookie cannot be sealed without a key');
    const nowSeconds = Math.floor(this.#clock.now().getTime() / 1000);
    return new EncryptJWT(claims)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.id })
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + Math.floor(lifetimeSeconds))
      .encrypt(key.bytes);
  }

  /** `undefined` for what is expired, changed, sealed for something else or by a key that is gone. */
  async open(text: string): Promise<OpenedCookie | undefined> {
    try {
      const { payload, protectedHeader } = await jwtDecrypt(text, ({ kid }) => this.#key(kid).bytes, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['iat', 'exp'],
        currentDate: this.#clock.now(),
      });
      const sealTime = new Date((payload.iat ?? 0) * 1000);
      return { claims: payload, sealTime, isNewestKey: protectedHeader.kid === this.#keys[0]?.id };
    } catch (error) {
      // Whatever is wrong with it, it is a cookie that was not sealed here or not for now.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  }

  #key(kid: string | undefined): SealKey {
    const key = this.#keys.find(({ id }) => id === kid);
    if (!key) throw new errors.JWEDecryptionFailed('No such key');
    return key;
  }
}

/** Tells keys apart; it says nothing of the key. */
function keyID(key: Buffer): string {
  return createHash('sha256').update('key id').update(key).digest('hex').slice(0, 16);
}
