import { AgentResource, type Agent } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { createInformer, isKubeError, type Informer, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { agentKey, type AgentPrincipal } from '../identity/principal.ts';

/** Which agents may be here: those whose Agent object exists and is not revoked. */
export class AgentRegistry {
  readonly informer: Informer<Agent>;
  readonly #agents: ResourceClient<Agent>;

  constructor(deps: { client: KubeClient; clock: Clock; log: Logger; registry: Registry }) {
    this.#agents = deps.client.resource<Agent>(AgentResource);
    this.informer = createInformer<Agent>({ ...deps, client: this.#agents, name: 'facade-agents' });
  }

  /**
   * Lets an agent in, or not. An agent that was enrolled this instant may be in no cache yet and is looked up.
   *
   * @throws ApiError `Forbidden` when it is unknown or revoked.
   */
  async admit(principal: AgentPrincipal): Promise<void> {
    const known = this.informer.store.get(agentKey(principal)) ?? (await this.#findLive(principal));
    if (!known) throw new ApiError('Forbidden', `There is no Agent ${agentKey(principal)}`);
    if (isRevoked(known)) throw new ApiError('Forbidden', `Agent ${agentKey(principal)} is revoked`);
  }

  /** Calls back with the key of an agent that lost its right to be here: revoked or deleted. */
  onLoss(listener: (agent: string) => void): void {
    this.informer.onChange(({ type, object }) => {
      if (type === 'Deleted' || isRevoked(object)) listener(`${object.metadata.namespace}/${object.metadata.name}`);
    });
  }

  async #findLive(principal: AgentPrincipal): Promise<Agent | undefined> {
    try {
      return await this.#agents.get({ namespace: principal.namespace, name: principal.name }, CALL);
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

function isRevoked(agent: Agent): boolean {
  return agent.spec.access === 'Revoked';
}
