import type { UserInfo } from './token-store.ts';

/** What a source knows of a token: whose it is and for whom it is meant, or why it does not count. */
export type TokenFinding = { user: UserInfo; audiences: readonly string[] } | { fault: string };

/** Something that knows some tokens. */
export interface TokenSource {
  /**
   * What is known of a token that is shown to one of `audiences`; undefined when it is none of the source's. The finding's
   * audiences are those of the given ones that the token is for, one at least.
   */
  find(token: string, audiences: readonly string[]): TokenFinding | undefined;
}

/** A source of tokens that name no audience: they are for the API server. */
export function plainTokens(
  tokens: { find(token: string): UserInfo | undefined },
  audiences: readonly string[],
): TokenSource {
  return {
    find: (token, wanted) => {
      const meant = audiences.filter((audience) => wanted.includes(audience));
      const user = meant.length === 0 ? undefined : tokens.find(token);
      return user === undefined ? undefined : { user, audiences: meant };
    },
  };
}
