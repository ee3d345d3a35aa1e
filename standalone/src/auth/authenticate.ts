import type { IncomingHttpHeaders } from 'node:http';
import { StatusError } from '../status/status-error.ts';
import type { UserInfo } from './token-store.ts';

/** Finds out who sends a request. @throws StatusError Unauthorized for a credential that is wrong. */
export type Authenticate = (headers: IncomingHttpHeaders) => UserInfo;

/** Something that knows the users of some tokens. */
export interface TokenSource {
  /** The user of a token; undefined when it is none of the source's. @throws StatusError Unauthorized when it is one that no longer counts. */
  find(token: string): UserInfo | undefined;
}

/** What every user is a member of who has shown who it is. */
export const AUTHENTICATED_GROUP = 'system:authenticated';
/** What those are members of who show nothing. */
export const UNAUTHENTICATED_GROUP = 'system:unauthenticated';

/** Who shows nothing; its rights are to ask for health and version. */
export const ANONYMOUS: UserInfo = Object.freeze({ name: 'system:anonymous', groups: [UNAUTHENTICATED_GROUP] });

/** Authentication by `Authorization: Bearer`, RFC 6750; the first source that knows a token counts. */
export function bearerAuthentication(sources: readonly TokenSource[]): Authenticate {
  return ({ authorization = '' }) => {
    const [scheme = '', token = ''] = authorization.trim().split(' ', 3);
    if (scheme.toLowerCase() !== 'bearer' || token === '') return ANONYMOUS;
    for (const source of sources) {
      const user = source.find(token);
      if (user !== undefined) return authenticated(user);
    }
    throw new StatusError('Unauthorized', 'Unauthorized');
  };
}

function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(AUTHENTICATED_GROUP)) return user;
  return { ...user, groups: [...user.groups, AUTHENTICATED_GROUP] };
}
