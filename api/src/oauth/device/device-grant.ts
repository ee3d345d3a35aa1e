import type { Agent, DeviceCode } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { isKubeError } from '@nannyapi/runtime';
import { ApiError } from '../../http/api-error.ts';
import { plainAddress } from '../../identity/cluster-node.ts';
import { isOf, type AgentRef, type EnrolledAgents } from '../enrolled-agents.ts';
import type { Form } from '../form.ts';
import { OAuthError } from '../oauth-error.ts';
import type { CommandLineSessions } from '../oauth-deps.ts';
import { credentialNameOf, type CredentialObjects } from '../tokens/credentials.ts';
import type { Enroller } from '../tokens/enroller.ts';
import type { TokenAnswer } from '../tokens/token-answer.ts';
import { redeemedStatus } from './device-decisions.ts';
import type { DeviceObjects } from './device-objects.ts';
import { decidePoll, type PollDecision } from './device-state.ts';
import type { PollTimes } from './poll-times.ts';

/** What {@link DeviceGrant} needs. */
export interface DeviceGrantDeps {
  clock: Clock;
  log: Logger;
  devices: DeviceObjects;
  polls: PollTimes;
  agents: EnrolledAgents;
  credentials: CredentialObjects;
  enroller: Enroller;
  sessions?: CommandLineSessions | undefined;
}

/** Who polls. */
export interface Poller {
  client: DeviceCode['spec']['client'];
  /** Of the key that proved the request; absent for a command line. */
  thumbprint?: string | undefined;
  /** As the socket tells. */
  address: string;
}

/** What each refusal says to people. */
const WORDS = {
  authorization_pending: 'No person has decided yet',
  slow_down: 'Wait five seconds more between polls from now on',
  access_denied: 'The request was refused',
  expired_token: 'The code has expired; start again',
  invalid_grant: 'The device code is not good',
} as const;

const MAX_ROUNDS = 4;

/** Gives tokens for approved device codes: RFC 8628 §3.4 and §3.5. */
export class DeviceGrant {
  readonly #deps: DeviceGrantDeps;

  constructor(deps: DeviceGrantDeps) {
    this.#deps = deps;
  }

  /**
   * Answers a poll.
   *
   * @throws OAuthError with the errors of RFC 8628 §3.5; `invalid_grant` for a code that is unknown, used, or bound to
   *   another client or key; KubeApiError.
   */
  async redeem(form: Form, poller: Poller): Promise<TokenAnswer> {
    const deviceCode = form.required('device_code', { maxLength: 128, allowed: 'a device code' });
    const code = await this.#deps.devices.byDeviceCode(deviceCode);
    if (code === 'TooMany') throw refusal('slow_down');
    if (!code || code.spec.client !== poller.client || code.spec.keyThumbprint !== poller.thumbprint)
      throw refusal('invalid_grant');
    const isEarly = this.#deps.polls.note(code.metadata.name ?? '', code.spec.intervalSeconds);
    const redeemed = await this.#redeem(code, isEarly);
    return redeemed.spec.client === 'Agent' ? this.#enrol(redeemed, deviceCode, poller) : this.#logIn(redeemed, poller);
  }

  /** Marks the code as redeemed, or finds that it was a moment ago; of several at once one write succeeds. */
  async #redeem(code: DeviceCode, isEarly: boolean): Promise<DeviceCode> {
    const { clock, devices } = this.#deps;
    let seen = code;
    for (let round = 1; ; round++) {
      const decision: PollDecision = decidePoll(seen, isEarly, clock.now());
      if (decision.kind === 'Refuse') throw refusal(decision.error);
      if (decision.kind === 'RepeatAnswer') return seen;
      // What a cache tells of an approval is enough: the write fails unless it is the newest state.
      try {
        return await devices.writeStatus(seen, redeemedStatus(seen, clock.now()));
      } catch (error) {
        if (!isKubeError(error, 'Conflict', 'NotFound') || round === MAX_ROUNDS) throw error;
        const live = await devices.live(seen.metadata.name ?? '');
        if (!live) throw refusal('invalid_grant');
        seen = live;
      }
    }
  }

  async #enrol(code: DeviceCode, deviceCode: string, { thumbprint = '', address }: Poller): Promise<TokenAnswer> {
    const { enroller, credentials, log } = this.#deps;
    const agent = await this.#agentOf(code);
    const { name = '' } = code.metadata;
    const { decision, replacesKey, redeemedTime = '' } = code.status ?? {};
    const { machineID, bootID } = code.spec;
    const answer = await enroller.enrol({
      agent,
      thumbprint,
      origin: { kind: 'DeviceCode', name },
      enrolledBy: decision?.by,
      secret: deviceCode,
      admittedTime: new Date(redeemedTime),
      machineID,
      bootID,
      address,
    });
    const fields = { agent: `${refOf(agent).namespace}/${refOf(agent).name}`, id: name, approvedBy: decision?.by };
    log.info({ ...fields, address: plainAddress(address), replacesKey }, 'Enrolled a host');
    if (replacesKey) await credentials.revokeOthers(refOf(agent), credentialNameOf(thumbprint));
    return answer;
  }

  /** The Agent that the person chose, if it still is the one that was meant. */
  async #agentOf({ metadata, status }: DeviceCode): Promise<Agent> {
    const { agents } = this.#deps;
    const ref = status?.agentRef;
    const isMeant = (agent: Agent | undefined): agent is Agent =>
      agent !== undefined &&
      (agent.spec.access ?? 'Enabled') === 'Enabled' &&
      agent.metadata.deletionTimestamp === undefined &&
      (status?.replacesKey === true || isOf(agent, `DeviceCode/${metadata.name ?? ''}`));
    const cached = ref && agents.cached(ref);
    const agent = isMeant(cached) ? cached : ref && (await agents.live(ref));
    // It was deleted or disabled after the approval, and perhaps made anew for another host.
    if (!isMeant(agent)) throw refusal('access_denied');
    return agent;
  }

  async #logIn(code: DeviceCode, { address }: Poller): Promise<TokenAnswer> {
    const { sessions, clock } = this.#deps;
    const user = code.status?.userRef?.name;
    if (!sessions || user === undefined) throw refusal('access_denied');
    const origin = { address, userAgent: code.spec.userAgent };
    const { token, expirationTime } = await sessions.issueCommandLineToken({ user, origin }).catch(deniedBy);
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: Math.max(0, Math.floor((expirationTime.getTime() - clock.now().getTime()) / 1000)),
      user: { name: user },
    };
  }
}

/** A person who may not log in any more is refused as one who has refused. */
function deniedBy(error: unknown): never {
  if (error instanceof ApiError && error.code === 'Forbidden') throw refusal('access_denied');
  throw error;
}

function refOf({ metadata: { namespace = '', name = '' } }: Agent): AgentRef {
  return { namespace, name };
}

function refusal(error: keyof typeof WORDS): OAuthError {
  return new OAuthError(error, WORDS[error]);
}
