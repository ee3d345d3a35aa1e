import type { Agent, AgentCredential } from '@nannyapi/crds';
import { Counter, Gauge } from 'prom-client';
import type { CredentialScheme } from '../identity/credential-scheme.ts';
import { ApprovalService } from './device/approval-service.ts';
import { DeviceGrant } from './device/device-grant.ts';
import { DeviceObjects } from './device/device-objects.ts';
import { DeviceStart } from './device/device-start.ts';
import { isPending } from './device/device-state.ts';
import { PendingStarts } from './device/pending-starts.ts';
import { PollTimes } from './device/poll-times.ts';
import { TryLimit } from './device/try-limit.ts';
import { Nonces } from './dpop/nonces.ts';
import { ProofVerifier } from './dpop/proof-verifier.ts';
import { createDpopScheme } from './dpop-scheme.ts';
import { EnrolledAgents } from './enrolled-agents.ts';
import { addressBlock } from '../identity/client-address.ts';
import type { OAuth } from './oauth.ts';
import type { OAuthDeps } from './oauth-deps.ts';
import { DEFAULT_OAUTH_LIMITS, type OAuthLimits } from './oauth-limits.ts';
import { RequestPace } from './request-pace.ts';
import { Revocation } from './revocation.ts';
import { findCredentialProblem } from './tokens/credential-state.ts';
import { CredentialObjects } from './tokens/credentials.ts';
import { EnrollmentGrant } from './tokens/enrollment-grant.ts';
import { EnrollmentObjects } from './tokens/enrollment-objects.ts';
import { Enroller } from './tokens/enroller.ts';
import { RefreshGrant } from './tokens/refresh-grant.ts';
import { TokenPairs } from './tokens/token-pair.ts';

/** The parts that the routes of the authorization server call. */
export interface OAuthEndpoints {
  readonly verifier: ProofVerifier;
  readonly pending: PendingStarts;
  readonly pace: RequestPace;
  readonly start: DeviceStart;
  readonly deviceGrant: DeviceGrant;
  readonly refreshGrant: RefreshGrant;
  readonly enrollmentGrant: EnrollmentGrant;
  readonly revocation: Revocation;
  /** nannyapi_device_authorizations_total */
  readonly starts: Counter;
}

/**
 * The authorization server of one replica: everything that is shared stands in objects, and what it remembers besides
 * only limits what may be asked of it.
 */
export class OAuthServer implements OAuth {
  readonly approval: ApprovalService;
  readonly enrollmentTokens: EnrollmentObjects;
  readonly credentials: CredentialObjects;
  readonly scheme: CredentialScheme;
  readonly endpoints: OAuthEndpoints;
  readonly #devices: DeviceObjects;

  constructor(deps: OAuthDeps) {
    const limits: OAuthLimits = { ...DEFAULT_OAUTH_LIMITS, ...deps.limits };
    const userCodeKeys = deps.secretKeys.derive('user-code');
    const starts = new Counter({
      name: 'nannyapi_device_authorizations_total',
      help: 'Device codes that were asked for or decided on, by what came of it.',
      labelNames: ['outcome'],
      registers: [deps.registry],
    });
    const agents = new EnrolledAgents(deps);
    const pairs = new TokenPairs(deps.secretKeys.derive('refresh-token'));
    this.#devices = new DeviceObjects(deps, userCodeKeys);
    this.credentials = new CredentialObjects(deps);
    this.enrollmentTokens = new EnrollmentObjects(deps);
    const parts = { ...deps, limits, agents, pairs, devices: this.#devices, credentials: this.credentials };
    const pending = this.#countPending(new PendingStarts(limits, deps.clock), deps);
    const enroller = new Enroller(parts);
    const verifier = new ProofVerifier({ ...deps, nonces: new Nonces(deps.secretKeys.derive('nonce'), deps.clock) });
    this.approval = new ApprovalService({ ...parts, tries: new TryLimit(limits, deps.clock), outcomes: starts });
    this.scheme = createDpopScheme({ ...parts, verifier });
    this.endpoints = {
      verifier,
      pending,
      pace: new RequestPace(deps.clock),
      starts,
      start: new DeviceStart({ ...parts, pending, userCodeKeys }),
      deviceGrant: new DeviceGrant({ ...parts, enroller, polls: new PollTimes(deps.clock) }),
      refreshGrant: new RefreshGrant(parts),
      enrollmentGrant: new EnrollmentGrant({ ...parts, enroller, tokens: this.enrollmentTokens }),
      revocation: new Revocation(parts),
    };
  }

  get stores(): OAuth['stores'] {
    return {
      devices: this.#devices.informer.store,
      credentials: this.credentials.informer.store,
      enrollmentTokens: this.enrollmentTokens.informer.store,
    };
  }

  caches(): ReturnType<OAuth['caches']> {
    return [this.#devices.informer, this.credentials.informer, this.enrollmentTokens.informer];
  }

  onLoss(listener: (agent: string) => void): void {
    this.credentials.informer.onChange(({ type, object, previous }) => {
      const wasGood = type === 'Deleted' ? isGood(object) : previous !== undefined && isGood(previous);
      if (!wasGood || (type !== 'Deleted' && isGood(object))) return;
      const { namespace, name } = object.spec.agentRef;
      listener(`${namespace}/${name}`);
    });
  }

  #countPending(pending: PendingStarts, { clock, registry }: OAuthDeps): PendingStarts {
    this.#devices.informer.onChange(({ type, object }) => {
      const { name = '' } = object.metadata;
      if (type === 'Deleted' || !isPending(object, clock.now())) pending.remove(name);
      else pending.add(name, addressBlock(object.spec.address), new Date(object.spec.expirationTime));
    });
    const gauge = new Gauge({
      name: 'nannyapi_device_codes_pending',
      help: 'Device codes that wait for a person, of all replicas.',
      registers: [],
      collect() {
        this.set(pending.size);
      },
    });
    registry.registerMetric(gauge);
    return pending;
  }
}

/** Whether nothing that stands in the credential itself ends it; time and Agent are looked at elsewhere. */
function isGood(credential: AgentCredential): boolean {
  const { agentUID = '' } = credential.spec;
  const agent = { metadata: { uid: agentUID }, spec: {} } as Agent;
  return findCredentialProblem(credential, agent, new Date(0)) === undefined;
}
