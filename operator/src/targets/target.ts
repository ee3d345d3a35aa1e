import type { AcceptedReason, Investigation, InvestigationStatusTarget } from '@nannyapi/crds';

/** Where an Agent object is. */
export interface AgentPlace {
  namespace: string;
  name: string;
}

/** Why nobody can be asked about a target (yet). */
export interface TargetHindrance {
  /** The reason of condition `Accepted`. */
  reason: Exclude<AcceptedReason, 'Accepted'>;
  /** What is in the way, and what would help. */
  message: string;
  /** When to look again, in seconds; absent when only a change of ours can help, which wakes the run. */
  recheckSeconds?: number;
}

/** What a run is about, and who is asked. */
export interface Target {
  /** As people name it: `agent/web-1`, `node/node1`, `pod/shop-1`. */
  subject: string;
  /** Absent when it is not known (yet) who can be asked. */
  agent?: AgentPlace;
  nodeName?: string;
  podUID?: string;
  hindrance?: TargetHindrance;
}

/** What the spec asks about, as people name it. */
export function subjectOf({ spec }: Investigation): string {
  if (spec.agentRef) return `agent/${spec.agentRef.name}`;
  return spec.podRef ? `pod/${spec.podRef.name}` : `node/${spec.nodeName ?? ''}`;
}

/** The target as it stands in the status. */
export function targetStatusOf({ subject, agent, nodeName, podUID }: Target): InvestigationStatusTarget {
  return {
    subject,
    ...(agent ? { agentNamespace: agent.namespace, agentName: agent.name } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(podUID === undefined ? {} : { podUID }),
  };
}

/** The target that stands in the status; `undefined` when none does. */
export function storedTargetOf({ status }: Investigation): Target | undefined {
  const stored = status?.target;
  if (!stored) return undefined;
  const { subject, agentNamespace: namespace, agentName: name, nodeName, podUID } = stored;
  return {
    subject,
    ...(namespace === undefined || name === undefined ? {} : { agent: { namespace, name } }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(podUID === undefined ? {} : { podUID }),
  };
}

/**
 * Whether a run may begin with this target: whom it names stands in the status already, or follows from the spec alone.
 *
 * A pod moves and its node's agent goes. So the first task is created only when whoever comes after a crash finds the same
 * agent and the same pod.
 */
export function isTargetFixed(investigation: Investigation, target: Target): boolean {
  if (investigation.spec.agentRef) return true;
  const stored = storedTargetOf(investigation);
  return (
    stored?.agent?.name === target.agent?.name &&
    stored?.agent?.namespace === target.agent?.namespace &&
    stored?.podUID === target.podUID
  );
}
