import type { Agent, Investigation } from '@nannyapi/crds';
import { objectKey, refKey } from '@nannyapi/runtime';
import { nodesOf } from './target-finder.ts';

/**
 * What the agents are called whose changes are news for a run: by their own key, and, while nobody knows who the agent of
 * a node will be, by `node:NAME`.
 */
export function awaitedAgentsOf({ metadata, spec, status }: Investigation): string[] {
  const keys = new Set<string>();
  const { agentNamespace, agentName, nodeName = spec.nodeName } = status?.target ?? {};
  if (spec.agentRef) keys.add(refKey({ namespace: metadata.namespace, name: spec.agentRef.name }));
  if (agentName !== undefined) keys.add(refKey({ namespace: agentNamespace, name: agentName }));
  if (nodeName !== undefined) keys.add(nodeKey(nodeName));
  return [...keys];
}

/** The keys under which an agent is awaited. */
export function keysOfAgent(agent: Agent, ownNamespace: string): string[] {
  return [objectKey(agent), ...nodesOf(agent, ownNamespace).map(nodeKey)];
}

function nodeKey(nodeName: string): string {
  return `node:${nodeName}`;
}
