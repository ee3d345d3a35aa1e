import { createHmac, randomInt } from 'node:crypto';

/** Without vowels no words come out, and without digits nothing looks like another character (RFC 8628 §6.1). */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);
/** Longest text that is taken for a code, in characters. */
const MAX_TYPED_LENGTH = 64;

/** A code in the form that hosts show and that is hashed: `WDJB-MJHT`; 34.6 bits. */
export function newUserCode(): string {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '').join('');
  return dashed(letters);
}

/**
 * What a person typed, in the form of {@link newUserCode}; case, spaces and punctuation do not matter.
 *
 * @returns `undefined` for what can be no code.
 */
export function readUserCode(typed: string): string | undefined {
  if (typed.length > MAX_TYPED_LENGTH) return undefined;
  const letters = typed.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return CODE.test(letters) ? dashed(letters) : undefined;
}

/** How a code is stored. */
export interface UserCodeHash {
  /** `hmac-sha256:` and 64 hex digits. */
  hash: string;
  /** Its first 32 hex digits, by which the object is found. */
  label: string;
}

/**
 * The hash of a code under one key of the API.
 *
 * A bare hash would hide nothing: there are only 25 billion codes.
 */
export function hashUserCode(code: string, key: Buffer): UserCodeHash {
  const hex = createHmac('sha256', key).update(code).digest('hex');
  return { hash: `hmac-sha256:${hex}`, label: hex.slice(0, 32) };
}

function dashed(letters: string): string {
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`;
}
