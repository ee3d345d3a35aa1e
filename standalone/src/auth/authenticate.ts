import type { IncomingHttpHeaders } from 'node:http';
import type { TokenStore, UserInfo } from './token-store.ts';

/** Finds out who sends a request; undefined when the credential is missing or wrong. */
export type Authenticate = (headers: IncomingHttpHeaders) => UserInfo | undefined;

/** Authentication by `Authorization: Bearer`, RFC 6750. */
export function bearerAuthentication(tokens: TokenStore): Authenticate {
  return (headers) => {
    const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
    return match?.[1] === undefined ? undefined : tokens.find(match[1]);
  };
}
