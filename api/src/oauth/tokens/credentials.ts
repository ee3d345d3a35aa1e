import { createHash } from 'node:crypto';
import {
  AGENT_LABEL,
  AgentCredentialResource,
  agentLabelValue,
  API_VERSION,
  type Agent,
  type AgentCredential,
} from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { isKubeError, type EventRecorder } from '@nannyapi/runtime';
import { Counter } from 'prom-client';
import type { AgentCredentials } from '../agent-credentials.ts';
import type { AgentRef } from '../enrolled-agents.ts';
import { ReleaseObjects, type ReleaseObjectsDeps } from '../release-objects.ts';
import { endedStatus } from './credential-status.ts';

/** What {@link CredentialObjects} needs. */
export interface CredentialObjectsDeps extends ReleaseObjectsDeps {
  events?: Pick<EventRecorder, 'record'> | undefined;
}

/** Why a credential is ended by us. */
export interface CredentialEnd {
  reason: 'Revoked' | 'RefreshTokenReused' | 'CloneDetected';
  message: string;
}

/** Writers of one credential are one host, the operator and now and then a person. */
const MAX_ROUNDS = 8;

/** Name of the credential of a key: the first 20 hex digits of the SHA-256 of its thumbprint. */
export function credentialNameOf(thumbprint: string): string {
  return createHash('sha256').update(thumbprint).digest('hex').slice(0, 20);
}

/** The AgentCredential objects. */
export class CredentialObjects extends ReleaseObjects<AgentCredential> implements AgentCredentials {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #events: Pick<EventRecorder, 'record'> | undefined;
  readonly #ended: Counter;
  readonly #namespaceOfRelease: string;

  constructor(deps: CredentialObjectsDeps) {
    const agent = ({ spec }: AgentCredential): string[] => [keyOf(spec.agentRef)];
    super(deps, { type: AgentCredentialResource, name: 'agent-credentials', indexes: { agent } });
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#events = deps.events;
    this.#namespaceOfRelease = deps.namespace;
    this.#ended = new Counter({
      name: 'nannyapi_agent_credentials_ended_total',
      help: 'Credentials of hosts that this replica ended, by reason.',
      labelNames: ['reason'],
      registers: [deps.registry],
    });
  }

  of(agent: AgentRef): AgentCredential[] {
    const created = (credential: AgentCredential): string => credential.metadata.creationTimestamp ?? '';
    return this.informer.store
      .byIndex('agent', keyOf(agent))
      .toSorted((left, right) => (created(left) < created(right) ? -1 : 1));
  }

  async revoke(agent: AgentRef): Promise<number> {
    return this.revokeOthers(agent, undefined);
  }

  /** Revokes all credentials of an agent but that of one key. @returns how many were good before. */
  async revokeOthers(agent: AgentRef, keep: string | undefined): Promise<number> {
    // Asked live: what another replica has issued this instant must go too.
    const all = await this.liveByLabel(AGENT_LABEL, agentLabelValue(agent));
    const names = all
      .filter(({ spec }) => keyOf(spec.agentRef) === keyOf(agent))
      .flatMap(({ metadata }) => metadata.name ?? []);
    const ended = await Promise.all(
      names
        .filter((name) => name !== keep)
        .map((name) => this.end(name, { reason: 'Revoked', message: 'It was revoked' })),
    );
    return ended.filter(Boolean).length;
  }

  /** Makes the object of a key that an Agent is to have; `undefined` when the key has one already. */
  async createFor(
    agent: Agent,
    spec: Pick<AgentCredential['spec'], 'keyThumbprint' | 'enrolledBy' | 'origin'>,
  ): Promise<AgentCredential | undefined> {
    const { namespace = '', name = '', uid = '' } = agent.metadata;
    try {
      return await this.create({
        apiVersion: API_VERSION,
        kind: 'AgentCredential',
        metadata: {
          namespace: this.#namespaceOfRelease,
          name: credentialNameOf(spec.keyThumbprint),
          labels: { [AGENT_LABEL]: agentLabelValue({ namespace, name }) },
        },
        spec: { agentRef: { namespace, name }, agentUID: uid, ...spec },
      });
    } catch (error) {
      if (isKubeError(error, 'AlreadyExists')) return undefined;
      throw error;
    }
  }

  /**
   * Ends a credential for good, and tells of it.
   *
   * First the condition, which says why, then `spec.access`, which no other writer takes back.
   *
   * @returns whether it was good before.
   */
  async end(name: string, end: CredentialEnd): Promise<boolean> {
    for (let round = 1; ; round++) {
      const credential = await this.live(name);
      if (!credential || credential.spec.access === 'Revoked') return false;
      try {
        const told = await this.writeStatus(credential, endedStatus(credential, end, this.#clock.now()));
        await this.write(told, { spec: { access: 'Revoked' } });
        this.#tell(credential, end);
        return true;
      } catch (error) {
        if (!isKubeError(error, 'Conflict') || round === MAX_ROUNDS) throw error;
      }
    }
  }

  #tell({ spec, metadata }: AgentCredential, { reason, message }: CredentialEnd): void {
    this.#ended.inc({ reason });
    this.#log.warn(
      { agent: keyOf(spec.agentRef), id: metadata.name, reason, detail: message },
      'Ended the tokens of a host',
    );
    const { namespace, name } = spec.agentRef;
    const agent = { apiVersion: API_VERSION, kind: 'Agent', metadata: { namespace, name, uid: spec.agentUID ?? '' } };
    const type = reason === 'Revoked' ? 'Normal' : 'Warning';
    this.#events?.record(agent, { type, reason, message: `${message}. The host must be enrolled again` });
  }
}

function keyOf({ namespace, name }: AgentRef): string {
  return `${namespace}/${name}`;
}
