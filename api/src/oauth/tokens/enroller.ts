import type { Agent, AgentCredential } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { isKubeError } from '@nannyapi/runtime';
import { OAuthError } from '../oauth-error.ts';
import type { OAuthLimits } from '../oauth-limits.ts';
import { findCredentialProblem } from './credential-state.ts';
import { enrolledStatus } from './credential-status.ts';
import { credentialNameOf, type CredentialObjects } from './credentials.ts';
import { answerOf, type TokenAnswer } from './token-answer.ts';
import type { TokenPairs } from './token-pair.ts';

/** A host that may come in, and how it was let in. */
export interface Enrolment {
  agent: Agent;
  thumbprint: string;
  origin: NonNullable<AgentCredential['spec']['origin']>;
  enrolledBy: string | undefined;
  /** What the host showed to be let in: device code or install token. Its tokens are worked out from it. */
  secret: string;
  /** When it was let in: tokens that were issued later stand, unless they are the ones that are asked for. */
  admittedTime: Date;
  machineID?: string | undefined;
  bootID?: string | undefined;
  address: string;
}

/** What {@link Enroller} needs. */
export interface EnrollerDeps {
  clock: Clock;
  limits: OAuthLimits;
  credentials: CredentialObjects;
  pairs: TokenPairs;
}

const MAX_ROUNDS = 8;

/** Gives hosts that were let in their first tokens. */
export class Enroller {
  readonly #deps: EnrollerDeps;

  constructor(deps: EnrollerDeps) {
    this.#deps = deps;
  }

  /**
   * Binds the key of a host to its Agent and issues tokens. Asked again for the same admission it answers the same
   * tokens, until they were renewed.
   *
   * @throws OAuthError `invalid_grant` when the key is that of another host or was revoked, or the tokens were renewed.
   */
  async enrol(enrolment: Enrolment): Promise<TokenAnswer> {
    for (let round = 1; ; round++) {
      try {
        return await this.#attempt(enrolment, round === 1);
      } catch (error) {
        // The same host asked twice at once, or the operator wrote a condition.
        if (!isKubeError(error, 'Conflict') || round === MAX_ROUNDS) throw error;
      }
    }
  }

  async #attempt(enrolment: Enrolment, isFirst: boolean): Promise<TokenAnswer> {
    const { credentials, clock, pairs } = this.#deps;
    const { thumbprint, secret, agent, origin, enrolledBy } = enrolment;
    const name = credentialNameOf(thumbprint);
    const spec = { keyThumbprint: thumbprint, origin, ...(enrolledBy === undefined ? {} : { enrolledBy }) };
    const created = isFirst ? await credentials.createFor(agent, spec) : undefined;
    const credential = created ?? (await this.#present(name, enrolment));
    const now = clock.now();
    const told = pairs.remake(name, secret, credential.status ?? {});
    if (told) return answerOf(credential, told, now);
    const { refreshTokenIssuedTime } = credential.status ?? {};
    if (refreshTokenIssuedTime !== undefined && Date.parse(refreshTokenIssuedTime) >= enrolment.admittedTime.getTime())
      throw new OAuthError('invalid_grant', 'The tokens of this host were fetched and renewed already');
    const pair = pairs.make(name, secret);
    const { address, machineID, bootID } = enrolment;
    const context = { now, limits: this.#deps.limits, address, machineID, bootID };
    return answerOf(await credentials.writeStatus(credential, enrolledStatus(credential, pair, context)), pair, now);
  }

  /** The credential that the key has already; it is used on only for the same Agent. */
  async #present(name: string, { agent, thumbprint }: Enrolment): Promise<AgentCredential> {
    const { clock, credentials } = this.#deps;
    const present = await credentials.live(name);
    const isSame = present?.spec.keyThumbprint === thumbprint && present.spec.agentUID === agent.metadata.uid;
    if (!present || !isSame || findCredentialProblem(present, agent, clock.now()))
      throw new OAuthError('invalid_grant', 'The key of this host was enrolled before; make a new key and start again');
    return present;
  }
}
