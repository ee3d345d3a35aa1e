import type { User, UserStatusSession } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { BoundedMap } from '@nannyapi/runtime';
import type { Authenticator, Origin } from '../identity/authenticator.ts';
import { addressBlock } from '../identity/client-address.ts';
import type { Principal } from '../identity/principal.ts';
import { ReviewLimit } from '../identity/review-limit.ts';
import { findByToken, hashOfToken, isPersonToken, userOfToken } from './person-token.ts';
import type { SessionBook } from './session-book.ts';
import { principalOf, type MappedGroups } from './session-rules.ts';

/** What {@link createPersonTokenAuthenticator} needs. */
export interface PersonTokenAuthenticatorDeps {
  book: SessionBook;
  clock: Clock;
  mappedGroups: MappedGroups;
  /** Who decides about all other tokens. */
  next: Authenticator;
}

/** Tokens that this replica remembers to have heard of. */
const MAX_HEARD = 10_000;

/**
 * Knows the tokens of people's command lines, and leaves all others to the next authenticator.
 *
 * A token that no cached User has may have been issued on another replica a moment ago, so the API server is asked; how
 * often is limited, for whoever guesses tokens could ask as well. One that the cache had before has ended: nobody is
 * asked, and it is no guess.
 */
export function createPersonTokenAuthenticator(deps: PersonTokenAuthenticatorDeps): Authenticator {
  const people = new PersonTokens(deps);
  const { book, next } = deps;
  return {
    authenticate: (bearer, origin) =>
      isPersonToken(bearer) ? people.find(bearer, origin) : next.authenticate(bearer, origin),
    onDoubt: (bearer, listener) => {
      const user = userOfToken(bearer);
      if (user !== undefined) return book.ends.listen(user, listener);
      return next.onDoubt?.(bearer, listener) ?? (() => undefined);
    },
  };
}

class PersonTokens {
  readonly #deps: PersonTokenAuthenticatorDeps;
  readonly #limit: ReviewLimit;
  readonly #heard = new BoundedMap<true>(MAX_HEARD);

  constructor(deps: PersonTokenAuthenticatorDeps) {
    this.#deps = deps;
    this.#limit = new ReviewLimit(deps.clock);
  }

  /** @throws ApiError `TooManyRequests`; KubeApiError when nobody can tell. */
  async find(bearer: string, { address }: Origin): Promise<Principal | undefined> {
    const { book, mappedGroups } = this.#deps;
    const name = userOfToken(bearer);
    if (name === undefined) return undefined;
    const [hash, block] = [hashOfToken(bearer), addressBlock(address)];
    let isGuess = true;
    const isThere = ({ status }: User, from: 'Cache' | 'Server'): UserStatusSession | undefined => {
      const session = findByToken(status?.sessions, bearer);
      if (session && from === 'Cache') this.#heard.set(hash, true);
      isGuess &&= session === undefined;
      return session;
    };
    const live = await book.find(name, isThere, (isCurrent) => {
      isGuess = this.#heard.get(hash) === undefined;
      if (isGuess) this.#limit.admit(block);
      return isGuess || !isCurrent;
    });
    if (isGuess) this.#limit.countWrong(block);
    const mapped = live && mappedGroups(live.user.spec.provider);
    if (!live || !mapped) return undefined;
    book.noteUse(live);
    return principalOf(live, mapped);
  }
}
