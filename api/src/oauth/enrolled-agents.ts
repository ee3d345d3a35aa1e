import { AgentResource, API_VERSION, ENROLLMENT_ANNOTATION, type Agent } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { isKubeError, refKey, type Informer, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';
import { WrittenStore } from './written-store.ts';

/** Where an Agent is. */
export interface AgentRef {
  namespace: string;
  name: string;
}

/** The Agents of enrolled hosts: those that there are, and new ones. */
export class EnrolledAgents {
  readonly #agents: ResourceClient<Agent>;
  readonly #store: WrittenStore<Agent>;

  constructor(deps: { client: KubeClient; clock: Clock; agents: Informer<Agent> }) {
    this.#agents = deps.client.resource<Agent>(AgentResource);
    this.#store = new WrittenStore(deps.agents, deps.clock);
  }

  /** What this replica knows, perhaps a moment old. */
  cached(ref: AgentRef): Agent | undefined {
    return this.#store.get(refKey(ref));
  }

  /** The present state; `undefined` when there is none. */
  async live({ namespace, name }: AgentRef): Promise<Agent | undefined> {
    try {
      return this.#store.remember(await this.#agents.get({ namespace, name }, CALL));
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
      this.#store.forget(refKey({ namespace, name }));
      return undefined;
    }
  }

  /**
   * Makes the Agent of a host that is let in. One that was made for the same enrolment, by an attempt that broke off, is
   * taken; any other is left alone.
   *
   * @param enrollment what lets the host in: the same text for each attempt, another for every other host
   * @returns `undefined` when an Agent of that name exists.
   * @throws KubeApiError, `NotFound` for a namespace that does not exist among them.
   */
  async claim(
    ref: AgentRef,
    { owner, enrollment }: { owner: string | undefined; enrollment: string },
  ): Promise<{ agent: Agent; isNew: boolean } | undefined> {
    const metadata = { ...ref, annotations: { [ENROLLMENT_ANNOTATION]: enrollment } };
    const spec = owner === undefined ? {} : { owner };
    try {
      const created = await this.#agents.create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec }, CALL);
      return { agent: this.#store.remember(created), isNew: true };
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      const present = await this.live(ref);
      return present && isOf(present, enrollment) ? { agent: present, isNew: false } : undefined;
    }
  }

  /** Takes back an Agent that was made in vain. */
  async discard({ metadata }: Agent): Promise<void> {
    const { namespace = '', name = '', uid } = metadata;
    this.#store.forget(refKey({ namespace, name }));
    try {
      await this.#agents.delete({ namespace, name }, { uid }, CALL);
    } catch (error) {
      // It is gone already, or another took its name: both leave nothing to take back.
      if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
    }
  }
}

/** Whether an Agent was made for an enrolment. */
export function isOf(agent: Agent, enrollment: string): boolean {
  return agent.metadata.annotations?.[ENROLLMENT_ANNOTATION] === enrollment;
}
