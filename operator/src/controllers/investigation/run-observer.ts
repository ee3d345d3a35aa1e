import type { Agent, Investigation } from '@nannyapi/crds';
import { refKey, type CachedReader } from '@nannyapi/runtime';
import type { FreshTasks } from './fresh-tasks.ts';
import { stepsOf, type Run } from './run.ts';

/** Gathers what is stored about a run. */
export class RunObserver {
  readonly #agents: CachedReader<Agent>;
  readonly #tasks: FreshTasks;
  readonly #ownNamespace: string;

  /** @param deps.ownNamespace where the agents of nodes live */
  constructor(deps: { agents: CachedReader<Agent>; tasks: FreshTasks; ownNamespace: string }) {
    this.#agents = deps.agents;
    this.#tasks = deps.tasks;
    this.#ownNamespace = deps.ownNamespace;
  }

  observe(investigation: Investigation): Run {
    const agentName = agentNameOf(investigation, this.#ownNamespace);
    const { namespace, uid = '' } = investigation.metadata;
    const agent = agentName === undefined ? undefined : this.#agents.get(refKey({ namespace, name: agentName }));
    return { investigation, agentName, agent, steps: stepsOf(this.#tasks.ofOwner(uid)) };
  }
}

/**
 * The agent that a target stands for: the one named, or the one named like the node.
 *
 * Agents of nodes live beside the operator, and a task lives where its agent and its owner do, so a node can be named
 * only there. Pods are found with the Kubernetes install.
 */
export function agentNameOf({ spec, metadata }: Investigation, ownNamespace: string): string | undefined {
  if (spec.agentRef) return spec.agentRef.name;
  return metadata.namespace === ownNamespace ? spec.nodeName : undefined;
}
