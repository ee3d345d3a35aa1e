import type { Clock } from '@nannyapi/process';
import type { User, UserStatusSession } from '@nannyapi/crds';
import type { Authenticator, Origin } from '../identity/authenticator.ts';
import { addressBlock } from '../identity/client-address.ts';
import type { Principal } from '../identity/principal.ts';
import { ReviewLimit } from '../identity/review-limit.ts';
import { findByToken, isPersonToken, userOfToken } from './person-token.ts';
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

/**
 * Knows the tokens of people's command lines, and leaves all others to the next authenticator.
 *
 * A token that no cached User has may have been issued on another replica a moment ago, so the API server is asked; how
 * often is limited, for whoever guesses tokens could ask as well.
 */
export function createPersonTokenAuthenticator(deps: PersonTokenAuthenticatorDeps): Authenticator {
  const limit = new ReviewLimit(deps.clock);
  return {
    authenticate: async (bearer, origin) => {
      if (!isPersonToken(bearer)) return deps.next.authenticate(bearer, origin);
      return personOf(bearer, { origin, limit, deps });
    },
  };
}

async function personOf(
  bearer: string,
  { origin, limit, deps }: { origin: Origin; limit: ReviewLimit; deps: PersonTokenAuthenticatorDeps },
): Promise<Principal | undefined> {
  const name = userOfToken(bearer);
  if (name === undefined) return undefined;
  let isKnown = false;
  const isThere = ({ status }: User): UserStatusSession | undefined => {
    const session = findByToken(status?.sessions, bearer);
    isKnown ||= session !== undefined;
    return session;
  };
  const address = addressBlock(origin.address);
  const live = await deps.book.find(name, isThere, () => limit.admit(address));
  if (!isKnown) limit.countWrong(address);
  const mapped = live && deps.mappedGroups(live.user.spec.provider);
  if (!live || !mapped) return undefined;
  deps.book.noteUse(live);
  return principalOf(live, mapped);
}
