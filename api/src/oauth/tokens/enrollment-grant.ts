import type { Agent, EnrollmentToken, EnrollmentTokenStatusAgent } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { TOKEN_PREFIXES } from '@nannyapi/protocol';
import { isKubeError, TokenBucket } from '@nannyapi/runtime';
import type { Audit } from '../../audit/audit.ts';
import { plainAddress } from '../../identity/cluster-node.ts';
import type { AgentRef, EnrolledAgents } from '../enrolled-agents.ts';
import type { Form } from '../form.ts';
import { readHostFacts, type HostFacts } from '../host-facts.ts';
import { OAuthError } from '../oauth-error.ts';
import { agentNamesFor } from './agent-name.ts';
import { decideEnrollment } from './enrollment-decision.ts';
import type { EnrollmentObjects } from './enrollment-objects.ts';
import type { Enroller } from './enroller.ts';
import type { GrantBearer } from './refresh-grant.ts';
import type { TokenAnswer } from './token-answer.ts';
import { hashOf, holderOf } from './token-format.ts';

/** What {@link EnrollmentGrant} needs. */
export interface EnrollmentGrantDeps {
  clock: Clock;
  log: Logger;
  audit: Audit;
  tokens: EnrollmentObjects;
  agents: EnrolledAgents;
  enroller: Enroller;
}

/** A use of an install token that was taken. */
interface TakenUse {
  token: EnrollmentToken;
  use: EnrollmentTokenStatusAgent;
}

/** Hosts that come at the same moment with one token; each round lets at least one of them through. */
const MAX_ROUNDS = 32;
/** Tokens that no cache knows and that are looked up nevertheless. */
const UNKNOWN_TOKENS = { perSecond: 20, burst: 200 };
/** Hosts that are listed with a token; the oldest go. */
const MAX_LISTED = 1000;

/** Enrols hosts by install tokens: a grant type of our own (RFC 6749 §4.5). */
export class EnrollmentGrant {
  readonly #deps: EnrollmentGrantDeps;
  readonly #unknown: TokenBucket;

  constructor(deps: EnrollmentGrantDeps) {
    this.#deps = deps;
    this.#unknown = new TokenBucket(UNKNOWN_TOKENS, deps.clock);
  }

  /**
   * Enrols the host that shows a token.
   *
   * @throws OAuthError `invalid_grant` with the reason; `temporarily_unavailable`; KubeApiError.
   */
  async redeem(form: Form, bearer: GrantBearer): Promise<TokenAnswer> {
    const secret = form.required('enrollment_token', { maxLength: 512, allowed: 'an install token' });
    const facts = readHostFacts(form);
    const taken = await this.#take(secret, facts, bearer);
    const { agent, isNew } = await this.#agentOf(taken, facts, bearer);
    const { machineID, bootID } = facts;
    const { spec, metadata } = taken.token;
    const answer = await this.#deps.enroller.enrol({
      agent,
      ...bearer,
      origin: { kind: 'EnrollmentToken', name: metadata.name ?? '' },
      enrolledBy: spec.createdBy,
      secret,
      admittedTime: new Date(taken.use.time),
      machineID,
      bootID,
    });
    if (isNew) this.#tell(agent, taken.token, bearer);
    return answer;
  }

  /** Takes one use: a write against the state that allowed it, so that no token enrols more hosts than it may. */
  async #take(secret: string, facts: HostFacts, bearer: GrantBearer): Promise<TakenUse> {
    const { clock, tokens } = this.#deps;
    const name = holderOf(TOKEN_PREFIXES.enrollment, secret);
    if (name === undefined) throw new OAuthError('invalid_grant', 'There is no such install token');
    if (!tokens.cached(name) && !this.#unknown.tryTake())
      throw new OAuthError('temporarily_unavailable', 'Too many unknown tokens came at once', { retryAfterSeconds: 5 });
    for (let round = 1; ; round++) {
      const token = await tokens.live(name);
      const now = clock.now();
      const request = { tokenHash: hashOf(secret), ...bearer, address: plainAddress(bearer.address) };
      const decision = token && decideEnrollment(token, request, now);
      if (!token || !decision) throw new OAuthError('invalid_grant', 'There is no such install token');
      if (decision.kind === 'Refuse') throw this.#refusal(token, decision, bearer);
      if (decision.kind === 'RepeatAnswer') return { token, use: decision.use };
      const [agentName] = agentNamesFor(facts, bearer.thumbprint);
      const { agentNamespace: namespace } = token.spec;
      const use = { namespace, name: agentName, keyThumbprint: bearer.thumbprint, time: now.toISOString() };
      try {
        return { token: await tokens.writeStatus(token, usedStatus(token, use)), use };
      } catch (error) {
        if (!isKubeError(error, 'Conflict') || round === MAX_ROUNDS) throw error;
      }
    }
  }

  /** The Agent of the host: one of its own, also when another has the name that it wants. */
  async #agentOf(
    { token, use }: TakenUse,
    facts: HostFacts,
    { thumbprint }: GrantBearer,
  ): Promise<{ agent: Agent; isNew: boolean }> {
    const { agents, tokens } = this.#deps;
    const enrollment = `EnrollmentToken/${token.metadata.name ?? ''}/${thumbprint}`;
    const owner = token.spec.createdBy;
    for (const name of new Set([use.name, ...agentNamesFor(facts, thumbprint)])) {
      const ref: AgentRef = { namespace: use.namespace, name };
      const claimed = await agents.claim(ref, { owner, enrollment }).catch((error: unknown) => {
        if (!isKubeError(error, 'NotFound')) throw error;
        throw new OAuthError('invalid_grant', 'The namespace that the install token is for does not exist');
      });
      if (!claimed) continue;
      if (name !== use.name) await this.#correct(tokens, token.metadata.name ?? '', { ...use, name });
      return claimed;
    }
    throw new OAuthError('invalid_grant', 'Another host has the name that this host wants; choose one by agent_name');
  }

  /** The list of a token is for people; that it names the Agent which the host got is worth a second write. */
  async #correct(tokens: EnrollmentObjects, name: string, use: EnrollmentTokenStatusAgent): Promise<void> {
    for (let round = 1; ; round++) {
      const token = await tokens.live(name);
      if (!token) return;
      const listed = (token.status?.agents ?? []).map((one) => (one.keyThumbprint === use.keyThumbprint ? use : one));
      try {
        await tokens.writeStatus(token, { agents: listed });
        return;
      } catch (error) {
        if (!isKubeError(error, 'Conflict') || round === MAX_ROUNDS) throw error;
      }
    }
  }

  #refusal(
    { metadata }: EnrollmentToken,
    { reason, message }: { reason: string; message: string },
    { address }: GrantBearer,
  ): OAuthError {
    this.#deps.log.warn({ id: metadata.name, reason, address: plainAddress(address) }, 'Refused an install token');
    return new OAuthError('invalid_grant', message);
  }

  #tell({ metadata }: Agent, token: EnrollmentToken, { address }: GrantBearer): void {
    const { namespace = '', name = '', uid } = metadata;
    this.#deps.audit.record({
      action: 'EnrolAgent',
      principal: { kind: 'agent', namespace, name },
      address: plainAddress(address),
      target: { kind: 'Agent', namespace, name, uid },
      outcome: 'Done',
      detail: `Let in by install token ${token.metadata.name ?? ''} of ${token.spec.createdBy ?? 'nobody'}`,
    });
  }
}

function usedStatus({ status, metadata }: EnrollmentToken, use: EnrollmentTokenStatusAgent): object {
  // A host whose use was taken long ago and that comes again takes another.
  const others = (status?.agents ?? []).filter(({ keyThumbprint }) => keyThumbprint !== use.keyThumbprint);
  return {
    observedGeneration: metadata.generation ?? 0,
    uses: (status?.uses ?? 0) + 1,
    lastUsedTime: use.time,
    agents: [...others, use].slice(-MAX_LISTED),
  };
}
