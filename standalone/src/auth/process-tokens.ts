import { createHash, randomBytes } from 'node:crypto';
import type { UserInfo } from './token-store.ts';

/**
 * Bearer tokens for parts of this process that talk to its API server, kept in memory: they end with the process, and
 * nothing of them is on disk or in a backup.
 */
export class ProcessTokens {
  readonly #users = new Map<string, UserInfo>();

  /** Makes a token for a user. */
  issue(user: UserInfo): string {
    const token = randomBytes(32).toString('base64url');
    this.#users.set(digest(token), user);
    return token;
  }

  /** The user of a token; undefined when it is unknown. Only digests are compared, so that timing tells nothing of use. */
  find(token: string): UserInfo | undefined {
    return this.#users.get(digest(token));
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
