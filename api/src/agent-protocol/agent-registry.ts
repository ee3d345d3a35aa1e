import { AgentResource, type Agent } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { createInformer, isKubeError, type Informer, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { agentKey, type AgentPrincipal } from '../identity/principal.ts';
import { beingReplaced, findMismatch, isNodeAgent, nodeAgentOf, type NodeAgentPrincipal } from './node-agent.ts';

/**
 * Which agents may be here: those whose Agent object exists and is not revoked.
 *
 * A host outside of the cluster was enrolled by a person. The object of a node's agent is made at its first sight: who
 * runs the DaemonSet has decided that the node gets one.
 */
export class AgentRegistry {
  readonly informer: Informer<Agent>;
  readonly #agents: ResourceClient<Agent>;
  readonly #log: Logger;
  /** One creation for each agent at a time, however many requests it starts with. */
  readonly #creating = new Map<string, Promise<Agent>>();

  constructor(deps: { client: KubeClient; clock: Clock; log: Logger; registry: Registry }) {
    this.#log = deps.log;
    this.#agents = deps.client.resource<Agent>(AgentResource);
    this.informer = createInformer<Agent>({ ...deps, client: this.#agents, name: 'facade-agents' });
  }

  /**
   * Lets an agent in, or not. An agent that was enrolled this instant may be in no cache yet and is looked up.
   *
   * @throws ApiError `Forbidden` when it is unknown or revoked, or its object is that of another host; `Unavailable`
   *   while the object of an earlier node of that name is being taken away.
   */
  async admit(principal: AgentPrincipal): Promise<void> {
    const key = agentKey(principal);
    const known = isNodeAgent(principal) ? await this.#ofNode(principal) : await this.#ofHost(principal);
    if (!known) throw new ApiError('Forbidden', `There is no Agent ${key}`);
    if (isRevoked(known)) throw new ApiError('Forbidden', `Agent ${key} is revoked`);
  }

  /** Calls back with the key of an agent that lost its right to be here: revoked or deleted. */
  onLoss(listener: (agent: string) => void): void {
    this.informer.onChange(({ type, object }) => {
      if (type === 'Deleted' || isRevoked(object)) listener(`${object.metadata.namespace}/${object.metadata.name}`);
    });
  }

  async #ofHost(principal: AgentPrincipal): Promise<Agent | undefined> {
    return this.informer.store.get(agentKey(principal)) ?? (await this.#findLive(principal));
  }

  async #ofNode(principal: NodeAgentPrincipal): Promise<Agent> {
    const cached = this.informer.store.get(agentKey(principal));
    if (cached && !findMismatch(cached, principal)) return cached;
    // The cache may be behind: refusals are decided by the newest state.
    const live = (await this.#findLive(principal)) ?? (await this.#createOnce(principal));
    const mismatch = findMismatch(live, principal);
    if (mismatch) throw mismatch;
    return live;
  }

  #createOnce(principal: NodeAgentPrincipal): Promise<Agent> {
    const key = agentKey(principal);
    const creating = this.#creating.get(key) ?? this.#create(principal).finally(() => this.#creating.delete(key));
    this.#creating.set(key, creating);
    return creating;
  }

  async #create(principal: NodeAgentPrincipal): Promise<Agent> {
    try {
      const created = await this.#agents.create(nodeAgentOf(principal), CALL);
      this.#log.info({ agent: agentKey(principal), nodeUID: principal.node.uid }, 'Created the Agent of a node');
      return created;
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      // Another replica was quicker, or an object of that name is on its way out.
      const live = await this.#findLive(principal);
      if (!live) throw beingReplaced(principal);
      return live;
    }
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

/** A newer version may know further kinds of access; what this one does not know it does not grant. */
function isRevoked(agent: Agent): boolean {
  return (agent.spec.access ?? 'Enabled') !== 'Enabled';
}
