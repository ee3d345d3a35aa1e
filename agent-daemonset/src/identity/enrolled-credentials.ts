import type { IncomingMessage } from 'node:http';
import type { Clock } from '@nannyapi/process';
import type { Credentials, ProvableRequest } from '../connection/credentials.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { AgentKey } from './agent-key.ts';
import { makeProof } from './dpop-proof.ts';
import type { NonceBox } from './nonce-box.ts';

/** What {@link EnrolledCredentials} needs. */
export interface EnrolledCredentialsDeps {
  key: AgentKey;
  tokens: Pick<AccessTokens, 'current' | 'suspect'>;
  nonces: NonceBox;
  clock: Clock;
}

/** An access token and, with each request, a proof of the key that it is bound to (RFC 9449 §7). */
export class EnrolledCredentials implements Credentials {
  readonly #deps: EnrolledCredentialsDeps;

  constructor(deps: EnrolledCredentialsDeps) {
    this.#deps = deps;
  }

  async headersFor({ method, url }: ProvableRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const { key, tokens, nonces, clock } = this.#deps;
    const accessToken = await tokens.current(signal);
    const dpop = makeProof(key, { method, url, nonce: nonces.nonce, accessToken, now: clock.now() });
    return { authorization: `DPoP ${accessToken}`, dpop };
  }

  hear(
    { statusCode, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>,
    sent: Readonly<Record<string, string>>,
  ): boolean {
    const hasNonce = this.#deps.nonces.take(headers);
    const accessToken = (sent.authorization ?? '').replace(/^DPoP /, '');
    if (statusCode === 403) {
      // Disabled, perhaps: the token endpoint says so in words, and from then on it alone is asked.
      this.#deps.tokens.suspect(accessToken);
      return false;
    }
    if (statusCode !== 401) return false;
    const error = /\berror="([^"]*)"/.exec(headers['www-authenticate'] ?? '')?.[1];
    if (error === 'use_dpop_nonce') return hasNonce;
    // The proof is at fault: a wrong address of the control plane, say. Another token would not mend it.
    if (error === 'invalid_dpop_proof') return false;
    return this.#deps.tokens.suspect(accessToken);
  }
}
