import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '@nannyapi/process';
import type { TokenFinding, TokenSource } from '../auth/token-source.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { isSigned, readToken, signToken } from './account-jwt.ts';
import type { AccountClaims, NamedUid } from './account-jwt.ts';
import { accountUserName, userOfToken } from './account-user.ts';
import type { SigningKey } from './signing-key.ts';

/** Who signs tokens, and whom they are for when nobody else is named: this API server, by the name it has in a cluster. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** How far clocks may differ, seconds; a token of a deleted account counts as long. */
const LEEWAY_SECONDS = 60;
/** Tokens whose signature is known to be good; an older one is verified anew, which takes a tenth of a millisecond. */
const MAX_VERIFIED = 1000;

/** What a token is made for. */
export interface TokenWish {
  namespace: string;
  account: NamedUid;
  audiences: readonly string[];
  expirationSeconds: number;
  secret?: NamedUid;
  node?: NamedUid;
}

/** Makes tokens of ServiceAccounts, and knows whether one still counts: it ends with its account and what it is bound to. */
export class AccountTokens implements TokenSource {
  readonly #key: SigningKey;
  readonly #store: Pick<ObjectStore, 'get' | 'parse'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #verified = new Map<string, AccountClaims>();

  constructor(deps: { key: SigningKey; store: Pick<ObjectStore, 'get' | 'parse'>; clock: Pick<Clock, 'now'> }) {
    this.#key = deps.key;
    this.#store = deps.store;
    this.#clock = deps.clock;
  }

  /** Makes a token. */
  issue({ namespace, account, audiences, expirationSeconds, secret, node }: TokenWish): string {
    const now = this.#nowSeconds();
    return signToken(this.#key, {
      aud: audiences,
      exp: now + expirationSeconds,
      iat: now,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        serviceaccount: account,
        ...(secret === undefined ? {} : { secret }),
        ...(node === undefined ? {} : { node }),
      },
      nbf: now,
      sub: accountUserName(namespace, account.name),
    });
  }

  find(token: string, audiences: readonly string[]): TokenFinding | undefined {
    const read = readToken(token, ISSUER);
    if (read === undefined) return undefined;
    const claims = this.#verify(token, read);
    if (claims === undefined) return { fault: 'the signature is wrong' };
    const meant = claims.aud.filter((audience) => audiences.includes(audience));
    if (meant.length === 0) {
      const [is, target] = [claims.aud, audiences].map(
        (list) => `[${list.map((word) => JSON.stringify(word)).join(' ')}]`,
      );
      return { fault: `token audiences ${is} is invalid for the target audiences ${target}` };
    }
    const fault = this.#timeFault(claims) ?? this.#objectFault(claims);
    return fault === undefined ? { user: userOfToken(claims), audiences: meant } : { fault };
  }

  #verify(token: string, read: AccountClaims): AccountClaims | undefined {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(digest);
    if (known !== undefined) return known;
    if (!isSigned(this.#key, token)) return undefined;
    if (this.#verified.size >= MAX_VERIFIED) {
      for (const [oldest] of this.#verified) {
        this.#verified.delete(oldest);
        break;
      }
    }
    this.#verified.set(digest, read);
    return read;
  }

  #timeFault({ exp, nbf, iat }: AccountClaims): string | undefined {
    const now = this.#nowSeconds();
    if (now + LEEWAY_SECONDS < nbf) return 'service account token is not valid yet';
    if (now - LEEWAY_SECONDS > exp) return 'service account token has expired';
    return now + LEEWAY_SECONDS < iat ? 'service account token is issued in the future' : undefined;
  }

  #objectFault(claims: AccountClaims): string | undefined {
    const { namespace, serviceaccount, secret, node } = claims['kubernetes.io'];
    const account = this.#find('serviceaccounts', namespace, serviceaccount.name);
    if (account === undefined) return `serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`;
    if (account.uid !== serviceaccount.uid) {
      return `service account UID (${account.uid}) does not match claim (${serviceaccount.uid})`;
    }
    if (account.isGone) return `service account ${namespace}/${serviceaccount.name} has been deleted`;
    return this.#bindingFault(secret, 'secrets', namespace) ?? this.#bindingFault(node, 'nodes', '');
  }

  #bindingFault(bound: NamedUid | undefined, resource: string, namespace: string): string | undefined {
    if (bound === undefined) return undefined;
    const found = this.#find(resource, namespace, bound.name);
    const isThere = found !== undefined && found.uid === bound.uid && !found.isGone;
    return isThere ? undefined : 'service account token has been invalidated';
  }

  /** An object that is being deleted is gone after the time that clocks may differ. */
  #find(resource: string, namespace: string, name: string): { uid: string; isGone: boolean } | undefined {
    const stored = this.#store.get({ resource, namespace, name });
    if (stored === undefined) return undefined;
    if (!stored.isDeleting) return { uid: stored.uid, isGone: false };
    const { deletionTimestamp } = this.#store.parse(stored).metadata;
    const deletedSeconds = Date.parse(deletionTimestamp ?? '') / 1000;
    return { uid: stored.uid, isGone: deletedSeconds < this.#nowSeconds() - LEEWAY_SECONDS };
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now().getTime() / 1000);
  }
}
