import { createHash, randomBytes } from 'node:crypto';
import type { AgentKey } from './agent-key.ts';

/** What a proof is made for. */
export interface ProofFacts {
  method: string;
  url: URL;
  /** The server's newest nonce; the first request of all has none, and is answered with one. */
  nonce: string | undefined;
  /** The access token that goes with it; absent at the token endpoint. */
  accessToken?: string | undefined;
  /** By the host's clock, which may be wrong: servers with nonces do not look at it. */
  now: Date;
}

/** A DPoP proof (RFC 9449 §4.2), good for one request. Made by node:crypto alone: a library would weigh more than this. */
export function makeProof(key: AgentKey, { method, url, nonce, accessToken, now }: ProofFacts): string {
  const head = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: key.jwk };
  const claims = {
    jti: randomBytes(18).toString('base64url'),
    htm: method,
    htu: `${url.origin}${url.pathname}`,
    iat: Math.floor(now.getTime() / 1000),
    ...(nonce === undefined ? {} : { nonce }),
    ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
  };
  const signed = `${encode(head)}.${encode(claims)}`;
  return `${signed}.${key.sign(Buffer.from(signed)).toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
