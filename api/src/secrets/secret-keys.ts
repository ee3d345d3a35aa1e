import { hkdfSync, randomBytes } from 'node:crypto';
import { CodedError } from '@nannyapi/process';

/** What a derived key is used for; a key of one purpose is of no use for another. */
export type KeyPurpose = 'session' | 'nonce' | 'user-code' | 'csrf' | 'login-state' | 'refresh-token';

/** Length of each key, in bytes. */
const KEY_BYTES = 32;
/** Old keys that are kept beside the newest, so that what they protected stays good over a rotation. */
const MAX_KEYS = 4;

/**
 * The secrets that all replicas share, newest first.
 *
 * The newest key protects what is made now, the others still open what was made before. Keys of each purpose are
 * derived (HKDF-SHA-256, RFC 5869), so that one that leaks through one use opens no other.
 */
export class SecretKeys {
  readonly #keys: readonly Buffer[];
  readonly #derived = new Map<KeyPurpose, readonly Buffer[]>();

  private constructor(keys: readonly Buffer[]) {
    this.#keys = keys;
  }

  /**
   * Reads keys: 32 bytes in base64url a line, newest first, 1 to 4 of them; empty lines are passed over.
   *
   * @throws CodedError `InvalidConfig` that names the line and never its content.
   */
  static parse(text: string): SecretKeys {
    const lines = text
      .split('\n')
      .map((line, index) => ({ text: line.trim(), number: index + 1 }))
      .filter((line) => line.text !== '');
    if (lines.length === 0 || lines.length > MAX_KEYS)
      throw invalid(`must hold 1 to ${MAX_KEYS} keys, one a line; it holds ${lines.length}`);
    return new SecretKeys(lines.map(({ text: key, number }) => parseKey(key, number)));
  }

  /** A fresh key, as a line that {@link parse} reads. */
  static generate(): string {
    return `${randomBytes(KEY_BYTES).toString('base64url')}\n`;
  }

  /** The keys of a purpose, 32 bytes each, newest first. */
  derive(purpose: KeyPurpose): readonly Buffer[] {
    const known = this.#derived.get(purpose);
    if (known) return known;
    const derived = this.#keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', `nannyapi/${purpose}`, KEY_BYTES)));
    this.#derived.set(purpose, derived);
    return derived;
  }
}

function parseKey(text: string, line: number): Buffer {
  const key = /^[A-Za-z0-9_-]{43}$/.test(text) ? Buffer.from(text, 'base64url') : undefined;
  if (key?.length !== KEY_BYTES) throw invalid(`line ${line} must be ${KEY_BYTES} bytes in base64url, 43 characters`);
  return key;
}

function invalid(problem: string): CodedError {
  const message = `The file of secret keys ${problem}`;
  return new CodedError({ code: 'InvalidConfig', message, status: 400, details: [{ field: 'secretKeys', message }] });
}
