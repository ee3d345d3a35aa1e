import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { UserStatusSession } from '@nannyapi/crds';
import { TOKEN_PREFIXES } from '@nannyapi/protocol';

const TOKEN = /^npt\.([a-z](?:[-a-z0-9]{0,60}[a-z0-9])?)\.[A-Za-z0-9_-]{43}$/;

/** Makes a token for the command line of the person of a User object: 256 random bits behind the name. */
export function makePersonToken(user: string): string {
  return `${TOKEN_PREFIXES.person}${user}.${randomBytes(32).toString('base64url')}`;
}

/** Whether a bearer token says of itself that it is one of a person's command line. */
export function isPersonToken(bearer: string): boolean {
  return bearer.startsWith(TOKEN_PREFIXES.person);
}

/** The User that a token is for, if it has the right form. */
export function userOfToken(bearer: string): string | undefined {
  return TOKEN.exec(bearer)?.[1];
}

/** What is stored of a token: `sha256:<hex>`. */
export function hashOfToken(bearer: string): string {
  return `sha256:${createHash('sha256').update(bearer).digest('hex')}`;
}

/** The login that a token belongs to, among those of its User. */
export function findByToken(
  sessions: readonly UserStatusSession[] | undefined,
  bearer: string,
): UserStatusSession | undefined {
  const wanted = Buffer.from(hashOfToken(bearer));
  return sessions?.find(({ client, tokenHash = '' }) => {
    const known = Buffer.from(tokenHash);
    return client === 'CommandLine' && known.length === wanted.length && timingSafeEqual(known, wanted);
  });
}
