import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { CodedError, writeFileAtomic } from '@nannyapi/process';
import { readIfPresent } from '../read-if-present.ts';

/** File of the key that signs the tokens of ServiceAccounts. */
export const SIGNING_KEY_FILE = 'service-account.key';

/** A key that signs tokens, and how verifiers find it. */
export interface SigningKey {
  /** ECDSA P-256. */
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** The `kid` of tokens: digest of the public key. */
  keyID: string;
}

/**
 * Loads the key of a data folder, or makes it (0600). Tokens outlive restarts and, with a backup, the machine.
 *
 * @throws CodedError `AccountKeyUnreadable`: a damaged key is not replaced, since all tokens would end with it.
 */
export async function openSigningKey(folder: string): Promise<SigningKey> {
  const path = join(folder, SIGNING_KEY_FILE);
  const stored = await readIfPresent(path);
  if (stored !== undefined) return keyOf(parseKey(stored, path));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFileAtomic(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), { mode: 0o600 });
  return keyOf(privateKey);
}

function parseKey(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
    throw new Error('it is no key of the curve P-256');
  } catch (cause) {
    const message = `${path} is not a private key of P-256 in PEM. Restore it, or remove it: all tokens of ServiceAccounts then end.`;
    throw new CodedError({ code: 'AccountKeyUnreadable', message, cause });
  }
}

function keyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const digest = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { privateKey, publicKey, keyID: digest };
}
