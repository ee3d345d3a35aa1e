import { TOKEN_PREFIXES } from '@nannyapi/protocol';
import type { AgentCredential } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { isKubeError } from '@nannyapi/runtime';
import type { EnrolledAgents } from '../enrolled-agents.ts';
import type { Form } from '../form.ts';
import { readMachine } from '../host-facts.ts';
import { OAuthError } from '../oauth-error.ts';
import type { OAuthLimits } from '../oauth-limits.ts';
import { findCredentialProblem } from './credential-state.ts';
import { renewedStatus, type PairContext } from './credential-status.ts';
import type { CredentialObjects } from './credentials.ts';
import { decideRefresh } from './refresh-decision.ts';
import { answerOf, type TokenAnswer } from './token-answer.ts';
import { hashOf, holderOf } from './token-format.ts';
import type { TokenPairs } from './token-pair.ts';

/** What {@link RefreshGrant} needs. */
export interface RefreshGrantDeps {
  clock: Clock;
  log: Logger;
  limits: OAuthLimits;
  credentials: CredentialObjects;
  agents: EnrolledAgents;
  pairs: TokenPairs;
}

/** Who shows a grant. */
export interface GrantBearer {
  /** Thumbprint of the key that proved the request. */
  thumbprint: string;
  /** As the socket tells. */
  address: string;
}

const MAX_ROUNDS = 8;
/** One text for every token that is good for nothing, whatever the cause. */
const NOT_GOOD = 'The refresh token is not good; the host must be enrolled again';

/** Renews the tokens of hosts: `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14). */
export class RefreshGrant {
  readonly #deps: RefreshGrantDeps;

  constructor(deps: RefreshGrantDeps) {
    this.#deps = deps;
  }

  /**
   * Answers new tokens, or those that were told within the last minute.
   *
   * @throws OAuthError `invalid_grant` when the host must be enrolled again; `unauthorized_client` while its Agent is
   *   disabled: its tokens stay as they are.
   */
  async redeem(form: Form, bearer: GrantBearer): Promise<TokenAnswer> {
    const token = form.required('refresh_token', { maxLength: 512, allowed: 'a refresh token' });
    const machine = readMachine(form);
    const name = this.#holderOf(token);
    for (let round = 1; ; round++) {
      const credential = await this.#deps.credentials.live(name);
      if (!credential || credential.spec.keyThumbprint !== bearer.thumbprint) throw this.#refusal(name, credential);
      try {
        return await this.#renew(credential, token, { ...bearer, ...machine });
      } catch (error) {
        if (!isKubeError(error, 'Conflict') || round === MAX_ROUNDS) throw error;
      }
    }
  }

  /** Guesses end here, without a question to the API server. */
  #holderOf(token: string): string {
    const name = holderOf(TOKEN_PREFIXES.agentRefresh, token);
    if (name === undefined) throw new OAuthError('invalid_grant', NOT_GOOD);
    if (this.#deps.pairs.isOwn(token)) return name;
    // The key that it was made with may have been retired since.
    const { refreshTokenHash, previousRefreshTokenHash } = this.#deps.credentials.cached(name)?.status ?? {};
    const hash = hashOf(token);
    if (hash !== refreshTokenHash && hash !== previousRefreshTokenHash) throw new OAuthError('invalid_grant', NOT_GOOD);
    return name;
  }

  async #renew(
    credential: AgentCredential,
    token: string,
    bearer: GrantBearer & { machineID?: string | undefined; bootID?: string | undefined },
  ): Promise<TokenAnswer> {
    const { clock, credentials, limits, pairs } = this.#deps;
    await this.#requireGood(credential);
    const now = clock.now();
    const name = credential.metadata.name ?? '';
    const decision = decideRefresh(credential, { tokenHash: hashOf(token), ...bearer }, now);
    switch (decision.kind) {
      case 'Refuse':
        throw this.#refusal(name, credential);
      case 'Revoke':
        await credentials.end(name, decision);
        throw new OAuthError('invalid_grant', NOT_GOOD);
      case 'RepeatAnswer': {
        const told = pairs.remake(name, token, credential.status ?? {});
        if (told) return answerOf(credential, told, now);
        break;
      }
      case 'Rotate':
        break;
    }
    const pair = pairs.make(name, token);
    const context: PairContext = { ...bearer, now, limits };
    return answerOf(await credentials.writeStatus(credential, renewedStatus(credential, pair, context)), pair, now);
  }

  async #requireGood(credential: AgentCredential): Promise<void> {
    const { agents, clock } = this.#deps;
    const cached = agents.cached(credential.spec.agentRef);
    // A refusal is decided by the newest state.
    const problem =
      findCredentialProblem(credential, cached, clock.now()) &&
      findCredentialProblem(credential, await agents.live(credential.spec.agentRef), clock.now());
    if (problem?.reason === 'AgentDisabled') throw new OAuthError('unauthorized_client', problem.message);
    if (problem) throw new OAuthError('invalid_grant', NOT_GOOD);
  }

  /** A token of ours with another key: it was stolen, or it is of a host that has made a new key. */
  #refusal(id: string, credential: AgentCredential | undefined): OAuthError {
    if (credential) {
      const { namespace, name } = credential.spec.agentRef;
      this.#deps.log.warn({ agent: `${namespace}/${name}`, id }, 'A refresh token came with another key');
    }
    return new OAuthError('invalid_grant', NOT_GOOD);
  }
}
