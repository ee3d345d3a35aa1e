import type { AgentCredential } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { TOKEN_PREFIXES } from '@nannyapi/protocol';
import { TokenBucket } from '@nannyapi/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import { waitForCache } from '../http/wait-for-cache.ts';
import type { Authentication, CredentialScheme } from '../identity/credential-scheme.ts';
import type { AgentPrincipal } from '../identity/principal.ts';
import { ReviewLimit } from '../identity/review-limit.ts';
import { PROOF_ALGORITHMS } from './dpop/proof.ts';
import type { ProofVerifier } from './dpop/proof-verifier.ts';
import type { EnrolledAgents } from './enrolled-agents.ts';
import {
  findCredentialProblem,
  isAccessToken,
  isKnownToken,
  type CredentialProblem,
} from './tokens/credential-state.ts';
import type { CredentialObjects } from './tokens/credentials.ts';
import { hashOf, holderOf } from './tokens/token-format.ts';

/** What {@link createDpopScheme} needs. */
export interface DpopSchemeDeps {
  clock: Clock;
  verifier: ProofVerifier;
  credentials: CredentialObjects;
  agents: EnrolledAgents;
}

/** Longest Authorization header that is looked at, in characters. */
const MAX_HEADER_LENGTH = 512;

/** Look-ups for hosts whose keys are known: thousands may come back at once to a replica that lags behind. */
const LOOKUPS = { perSecond: 200, burst: 2000 };

/** What a request shows, once its proof was found good. */
interface Shown {
  name: string;
  tokenHash: string;
  thumbprint: string;
}

/**
 * Knows the agents of enrolled hosts by access tokens that are bound to their keys (RFC 9449 §7).
 *
 * Form, nonce and signature are checked first, and what is known is found in caches: a request costs one signature and
 * no question to the API server. Only what does not fit the caches is looked up, because another replica may have issued
 * it a moment ago; and for those who guess that ends soon.
 */
export function createDpopScheme(deps: DpopSchemeDeps): CredentialScheme {
  return new DpopScheme(deps);
}

class DpopScheme implements CredentialScheme {
  readonly challenge = `DPoP algs="${PROOF_ALGORITHMS.join(' ')}"`;
  readonly #deps: DpopSchemeDeps;
  readonly #strangers: ReviewLimit;
  readonly #lookups: TokenBucket;

  constructor(deps: DpopSchemeDeps) {
    this.#deps = deps;
    this.#strangers = new ReviewLimit(deps.clock);
    this.#lookups = new TokenBucket(LOOKUPS, deps.clock);
  }

  async authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Authentication | undefined> {
    const token = tokenOf(request);
    if (token === undefined) return undefined;
    reply.header('dpop-nonce', this.#deps.verifier.nonce());
    const shown = this.#prove(request, reply, token);
    const credential = await this.#find(shown, request.ip);
    if (!credential) throw this.#wrongToken(reply);
    const problem = await this.#findProblem(credential);
    if (problem) throw this.#refuse(reply, problem);
    const { namespace, name } = credential.spec.agentRef;
    const principal: AgentPrincipal = { kind: 'agent', namespace, name, keyThumbprint: shown.thumbprint };
    return { principal, scheme: 'DPoP', recheck: async () => this.#isStillGood(credential) };
  }

  #prove(request: FastifyRequest, reply: FastifyReply, token: string): Shown {
    const { method, url, headers } = request;
    const verdict = this.#deps.verifier.verify({ method, url, proof: headers['dpop'], accessToken: token });
    if (verdict.kind === 'NonceWanted')
      throw this.#challenge(reply, 'use_dpop_nonce', 'Use the nonce in the DPoP-Nonce header');
    if (verdict.kind === 'Wrong')
      throw this.#challenge(reply, 'invalid_dpop_proof', `The DPoP proof is not good: ${verdict.problem}`);
    const name = holderOf(TOKEN_PREFIXES.agentAccess, token);
    if (name === undefined) throw this.#wrongToken(reply);
    return { name, tokenHash: hashOf(token), thumbprint: verdict.thumbprint };
  }

  /** The credential that the token is of. Who has shown the key of one is no stranger, and is not limited like one. */
  async #find(shown: Shown, address: string): Promise<AgentCredential | undefined> {
    const { credentials, clock } = this.#deps;
    await waitForCache(credentials.informer, clock);
    const cached = credentials.cached(shown.name);
    const isHost = (one: AgentCredential | undefined): one is AgentCredential =>
      one?.spec.keyThumbprint === shown.thumbprint;
    const isGood = (one: AgentCredential): boolean => isAccessToken(one, shown.tokenHash, clock.now());
    if (isHost(cached)) {
      if (isGood(cached)) return cached;
      // It has ended: hosts that come back after a while all come with such tokens.
      if (isKnownToken(cached, shown.tokenHash)) return undefined;
      this.#takeLookup();
    } else {
      this.#strangers.admit(address);
    }
    // Another replica may have issued it a moment ago.
    const live = await credentials.live(shown.name);
    if (isHost(live)) return isGood(live) ? live : undefined;
    this.#strangers.countWrong(address);
    return undefined;
  }

  async #findProblem(credential: AgentCredential): Promise<CredentialProblem | undefined> {
    const { agents, clock } = this.#deps;
    const { agentRef } = credential.spec;
    const problem = findCredentialProblem(credential, agents.cached(agentRef), clock.now());
    if (problem?.reason !== 'AgentGone' && problem?.reason !== 'AgentDisabled') return problem;
    // The cache of Agents may be behind: it was made, or enabled, a moment ago.
    this.#takeLookup();
    return findCredentialProblem(credential, await agents.live(agentRef), clock.now());
  }

  #takeLookup(): void {
    if (this.#lookups.tryTake()) return;
    throw new ApiError('TooManyRequests', 'Too many hosts came at once', { retryAfterSeconds: 2 });
  }

  /** Whether the host may still be here; its access token has an end, the right to be here has not. */
  async #isStillGood({ metadata, spec }: AgentCredential): Promise<boolean> {
    const { credentials, agents, clock } = this.#deps;
    if (!credentials.informer.hasSynced()) return true;
    const credential = credentials.cached(metadata.name ?? '');
    if (credential?.metadata.uid !== metadata.uid) return false;
    return credential !== undefined && !findCredentialProblem(credential, agents.cached(spec.agentRef), clock.now());
  }

  #refuse(reply: FastifyReply, problem: CredentialProblem): ApiError {
    // What an admin may undo is no reason for a host to give its tokens up.
    if (problem.reason === 'AgentDisabled') return new ApiError('Forbidden', problem.message);
    return this.#challenge(reply, 'invalid_token', problem.message);
  }

  #wrongToken(reply: FastifyReply): ApiError {
    return this.#challenge(reply, 'invalid_token', 'The access token is wrong, expired or bound to another key');
  }

  /** RFC 9449 §7.1 and §9. No message of ours holds a quote. */
  #challenge(reply: FastifyReply, error: string, description: string): ApiError {
    reply.header('www-authenticate', `${this.challenge}, error="${error}", error_description="${description}"`);
    return new ApiError('Unauthenticated', description);
  }
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  const header = headers.authorization;
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return undefined;
  return /^dpop +(\S+) *$/i.exec(header)?.[1];
}
