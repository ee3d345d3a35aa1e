import type { AgentCredential } from '@nannyapi/crds';
import type { TokenPair } from './token-pair.ts';

/** Body of a successful answer of the token endpoint (RFC 6749 §5.1). */
export interface TokenAnswer {
  access_token: string;
  token_type: 'DPoP' | 'Bearer';
  /** Seconds. */
  expires_in: number;
  refresh_token?: string;
  /** Who a host is from now on. */
  agent?: { namespace: string; name: string };
  /** Who a command line acts for. */
  user?: { name: string };
}

/** The answer that gives a host its tokens. */
export function answerOf({ spec, status }: AgentCredential, pair: TokenPair, now: Date): TokenAnswer {
  const endMs = Date.parse(status?.accessTokenExpirationTime ?? '');
  const { namespace, name } = spec.agentRef;
  return {
    access_token: pair.accessToken,
    token_type: 'DPoP',
    expires_in: Math.max(0, Math.floor((endMs - now.getTime()) / 1000)),
    refresh_token: pair.refreshToken,
    agent: { namespace, name },
  };
}
