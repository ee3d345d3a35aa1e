import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CodedError, writeFileAtomic } from '@nannyapi/process';
import { readIfPresent } from '../read-if-present.ts';

/** Who a request comes from, in Kubernetes' terms. */
export interface UserInfo {
  name: string;
  groups: readonly string[];
  /** '' or absent where the authenticator knows none. */
  uid?: string;
  /** What else the authenticator knows, for example the pod of a token. */
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** The one user until the identity kinds exist: what kubeadm calls the admin. */
export const ADMIN: UserInfo = Object.freeze({ name: 'admin', groups: ['system:masters', 'system:authenticated'] });

/**
 * Bearer tokens and their users. On disk only SHA-256 sums of them stand (tokens have 256 random bits, so a slow hash
 * adds nothing), except the admin's own, which also is in the kubeconfig.
 */
export class TokenStore {
  readonly #path: string;
  readonly #users: Map<string, UserInfo>;

  private constructor(path: string, users: Map<string, UserInfo>) {
    this.#path = path;
    this.#users = users;
  }

  /** Reads `tokens.json` of a data folder. @throws CodedError `TokensUnreadable`. */
  static async open(folder: string): Promise<TokenStore> {
    const path = join(folder, 'tokens.json');
    const text = await readIfPresent(path);
    return new TokenStore(path, text === undefined ? new Map() : parseTokens(text, path));
  }

  /** The user of a token; undefined when it is unknown. The hash makes the comparison leak nothing of use. */
  find(token: string): UserInfo | undefined {
    return this.#users.get(hash(token));
  }

  /** Makes a token for a user and stores its hash (file 0600). */
  async issue(user: UserInfo): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    this.#users.set(hash(token), user);
    await writeFileAtomic(this.#path, JSON.stringify(Object.fromEntries(this.#users), null, 2), { mode: 0o600 });
    return token;
  }

  /** The admin's token: the stored one while it still counts, else a new one (`admin.token`, 0600). */
  async adminToken(folder: string): Promise<string> {
    const path = join(folder, 'admin.token');
    const stored = (await readIfPresent(path))?.trim();
    if (stored !== undefined && this.find(stored)?.name === ADMIN.name) return stored;
    const token = await this.issue(ADMIN);
    await writeFileAtomic(path, `${token}\n`, { mode: 0o600 });
    return token;
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function parseTokens(text: string, path: string): Map<string, UserInfo> {
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, UserInfo>));
  } catch (cause) {
    throw new CodedError({ code: 'TokensUnreadable', message: `${path} is not valid JSON`, cause });
  }
}
