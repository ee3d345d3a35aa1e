import type { Agent, Investigation } from '@nannyapi/crds';
import { refKey, type CachedReader } from '@nannyapi/runtime';
import type { Step } from '../controllers/investigation/run.ts';
import { noAgent, nodeMissing, notServed, podMissing, podNotScheduled, unreadable } from './hindrances.ts';
import { storedTargetOf, subjectOf, type AgentPlace, type Target, type TargetHindrance } from './target.ts';
import type { Lookup, TargetLookup } from './target-lookup.ts';

/** Index of agents by the node whose agent they are. */
export const BY_NODE = 'node';

/** The values of {@link BY_NODE} for one agent. Agents of nodes live beside the operator; elsewhere nobody vouches for the name. */
export function nodesOf({ metadata, spec }: Agent, ownNamespace: string): string[] {
  return metadata.namespace === ownNamespace && spec.nodeName !== undefined ? [spec.nodeName] : [];
}

type Call = { signal: AbortSignal };

/** What a target is found with. */
export interface TargetFinderDeps {
  agents: CachedReader<Agent>;
  lookup: TargetLookup;
  /** Where the agents of nodes live. */
  ownNamespace: string;
}

/** Finds who is to be asked about what a spec names: the agent itself, that of the node, that of the pod's node. */
export class TargetFinder {
  readonly #deps: TargetFinderDeps;

  constructor(deps: TargetFinderDeps) {
    this.#deps = deps;
  }

  /** A run that has begun keeps its target, whatever became of pod and node since. */
  async find(investigation: Investigation, steps: readonly Step[], call: Call): Promise<Target> {
    const { spec, metadata } = investigation;
    const subject = subjectOf(investigation);
    if (spec.agentRef) return this.#named({ namespace: metadata.namespace ?? '', name: spec.agentRef.name }, subject);
    const begun = begunTargetOf(investigation, steps);
    if (begun) return begun;
    if (spec.podRef) return this.#pod({ namespace: metadata.namespace ?? '', name: spec.podRef.name }, subject, call);
    return this.#node(spec.nodeName ?? '', { subject }, call);
  }

  /** An agent that is that of a node stands for the node, too: what the cluster knows of it is worth knowing. */
  #named(agent: AgentPlace, subject: string): Target {
    const found = this.#deps.agents.get(refKey(agent));
    const [nodeName] = found ? nodesOf(found, this.#deps.ownNamespace) : [];
    return { subject, agent, ...(nodeName === undefined ? {} : { nodeName }) };
  }

  async #pod(ref: AgentPlace, subject: string, call: Call): Promise<Target> {
    const found = await this.#deps.lookup.pod(ref, call);
    if (found.kind !== 'Found') return { subject, hindrance: hindranceOf(found, podMissing(ref)) };
    const pod = found.object;
    const known = { subject, podUID: pod.metadata.uid ?? '' };
    const { nodeName } = pod.spec;
    if (nodeName === undefined || nodeName === '') return { ...known, hindrance: podNotScheduled(pod) };
    return this.#node(nodeName, known, call);
  }

  async #node(nodeName: string, known: Pick<Target, 'subject' | 'podUID'>, call: Call): Promise<Target> {
    const { ownNamespace, lookup } = this.#deps;
    const agent = this.#agentOf(nodeName);
    if (agent) return { ...known, nodeName, agent };
    const found = await lookup.node(nodeName, call);
    const hindrance =
      found.kind === 'Found' ? noAgent(found.object, ownNamespace) : hindranceOf(found, nodeMissing(nodeName));
    return { ...known, nodeName, hindrance };
  }

  /** There is one agent a node; should somebody have made more, that of the node's own name counts. */
  #agentOf(nodeName: string): AgentPlace | undefined {
    const names = this.#deps.agents.byIndex(BY_NODE, nodeName).map(({ metadata }) => metadata.name ?? '');
    const name = names.includes(nodeName) ? nodeName : names.toSorted()[0];
    return name === undefined ? undefined : { namespace: this.#deps.ownNamespace, name };
  }
}

function hindranceOf(found: Exclude<Lookup<unknown>, { kind: 'Found' }>, missing: TargetHindrance): TargetHindrance {
  if (found.kind === 'Missing') return missing;
  return found.kind === 'NotServed' ? notServed(found.plural) : unreadable(found.right);
}

/** The target of a run that has steps: the one that was stored before them, or, by an older operator, the one in them. */
function begunTargetOf(investigation: Investigation, steps: readonly Step[]): Target | undefined {
  const stored = storedTargetOf(investigation);
  const [first] = steps;
  const hasBegun = first !== undefined || (investigation.status?.steps ?? []).length > 0;
  if (!hasBegun) return undefined;
  if (stored?.agent || !first) return stored ?? { subject: subjectOf(investigation) };
  const { agentRef } = first.task.spec;
  const namespace = agentRef.namespace ?? first.task.metadata.namespace ?? '';
  return { ...stored, subject: subjectOf(investigation), agent: { namespace, name: agentRef.name } };
}
