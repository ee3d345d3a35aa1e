import type { IncomingHttpHeaders } from 'node:http';
import type { UserInfo } from './token-store.ts';

/** Finds out who sends a request; undefined when the credential is missing or wrong. */
export type Authenticate = (headers: IncomingHttpHeaders) => UserInfo | undefined;

/** Something that knows the users of some tokens. */
export interface TokenSource {
  find(token: string): UserInfo | undefined;
}

/** What every user is a member of who has shown who it is. */
export const AUTHENTICATED_GROUP = 'system:authenticated';

/** Authentication by `Authorization: Bearer`, RFC 6750; the first source that knows a token counts. */
export function bearerAuthentication(sources: readonly TokenSource[]): Authenticate {
  return (headers) => {
    const token = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    for (const source of sources) {
      const user = source.find(token);
      if (user !== undefined) return authenticated(user);
    }
    return undefined;
  };
}

function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(AUTHENTICATED_GROUP)) return user;
  return { ...user, groups: [...user.groups, AUTHENTICATED_GROUP] };
}
