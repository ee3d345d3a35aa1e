import { createHash, randomBytes } from 'node:crypto';

/** Length of the secret in each token, in bytes. */
const SECRET_BYTES = 32;
/** Longest name of an object that stands in a token, in characters. */
const MAX_HOLDER_LENGTH = 253;
const TOKEN = /^([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)\.([A-Za-z0-9_-]{43})$/;

/** How objects hold a token or a code: `sha256:` and 64 hex digits of the whole text. */
export function hashOf(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('hex')}`;
}

/** A text that nobody can guess: 256 bits in base64url, 43 characters. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** `<prefix><holder>.<secret>`; the holder is the name of the object that has the hash. */
export function formatToken(prefix: string, holder: string, secret: string): string {
  return `${prefix}${holder}.${secret}`;
}

/** Name of the object that has the hash of a token; `undefined` for what is no token of that kind. */
export function holderOf(prefix: string, token: string): string | undefined {
  return partsOf(prefix, token)?.holder;
}

/** Holder and secret of a token. */
export function partsOf(prefix: string, token: string): { holder: string; secret: string } | undefined {
  if (!token.startsWith(prefix) || token.length > prefix.length + MAX_HOLDER_LENGTH + 44) return undefined;
  const [, holder, secret] = TOKEN.exec(token.slice(prefix.length)) ?? [];
  return holder === undefined || secret === undefined ? undefined : { holder, secret };
}
