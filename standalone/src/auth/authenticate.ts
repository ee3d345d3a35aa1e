import type { IncomingHttpHeaders } from 'node:http';
import { StatusError } from '../status/status-error.ts';
import type { TokenFinding, TokenSource } from './token-source.ts';
import type { UserInfo } from './token-store.ts';

/** Finds out who sends a request. @throws StatusError Unauthorized for a credential that is wrong. */
export type Authenticate = (headers: IncomingHttpHeaders) => UserInfo;

/** What every user is a member of who has shown who it is. */
export const AUTHENTICATED_GROUP = 'system:authenticated';
/** What those are members of who show nothing. */
export const UNAUTHENTICATED_GROUP = 'system:unauthenticated';

/** Who shows nothing; its rights are to ask for health and version. */
export const ANONYMOUS: UserInfo = Object.freeze({ name: 'system:anonymous', groups: [UNAUTHENTICATED_GROUP] });

/** Knows the users of bearer tokens: the first source that knows a token counts. */
export class TokenAuthenticator {
  /** Whom a token must be for that is shown to this server. */
  readonly audiences: readonly string[];
  readonly #sources: readonly TokenSource[];

  constructor(sources: readonly TokenSource[], audiences: readonly string[]) {
    this.#sources = sources;
    this.audiences = audiences;
  }

  /** The user of a token, in `system:authenticated`, and which of the audiences it is for; or why it does not count. */
  find(token: string, audiences: readonly string[]): TokenFinding {
    let fault = 'invalid bearer token';
    for (const source of this.#sources) {
      const finding = source.find(token, audiences);
      if (finding === undefined) continue;
      if ('user' in finding) return { ...finding, user: authenticated(finding.user) };
      fault = `[${fault}, ${finding.fault}]`;
    }
    return { fault };
  }
}

/** Authentication by `Authorization: Bearer`, RFC 6750. */
export function bearerAuthentication(tokens: TokenAuthenticator): Authenticate {
  return ({ authorization = '' }) => {
    const [scheme = '', token = ''] = authorization.trim().split(' ', 3);
    if (scheme.toLowerCase() !== 'bearer' || token === '') return ANONYMOUS;
    const finding = tokens.find(token, tokens.audiences);
    if ('user' in finding) return finding.user;
    throw new StatusError('Unauthorized', 'Unauthorized');
  };
}

function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(AUTHENTICATED_GROUP)) return user;
  return { ...user, groups: [...user.groups, AUTHENTICATED_GROUP] };
}
