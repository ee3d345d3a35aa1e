import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretKeys } from '../secrets/secret-keys.ts';

/** Makes and checks the tokens that forms of a login must bring back; nothing is stored, every replica knows them. */
export interface CsrfTokens {
  issue(sessionID: string): string;
  /** Also by an older key, so that a page which is open over a rotation can still be sent. */
  isGood(sessionID: string, token: string): boolean;
}

/** Tokens are an HMAC of the session's id: whoever has another session, or none, cannot make one. */
export function createCsrfTokens(secretKeys: Pick<SecretKeys, 'derive'>): CsrfTokens {
  const keys = secretKeys.derive('csrf');
  const [newest] = keys;
  if (!newest) throw new RangeError('A token cannot be made without a key');
  return {
    issue: (sessionID) => tokenOf(newest, sessionID),
    isGood: (sessionID, token) => {
      const given = Buffer.from(token);
      return keys.some((key) => {
        const expected = Buffer.from(tokenOf(key, sessionID));
        return expected.length === given.length && timingSafeEqual(expected, given);
      });
    },
  };
}

function tokenOf(key: Buffer, sessionID: string): string {
  return createHmac('sha256', key).update(sessionID).digest('base64url');
}
