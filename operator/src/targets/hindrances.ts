/** Why a run about a node or a pod cannot begin, in words that help. Each becomes condition `Accepted`. */
import type { Node, Pod } from '../cluster-context/kinds.ts';
import type { TargetHindrance } from './target.ts';

/** How often an awaited pod is looked for: people create it and its Investigation at once. */
const POD_RECHECK_SECONDS = 3;
/** How often a node is looked at again; its agent wakes the run by itself. */
const NODE_RECHECK_SECONDS = 15;

/** The pod does not exist, or not yet. */
export function podMissing({ namespace, name }: { namespace: string; name: string }): TargetHindrance {
  const message = `There is no Pod ${namespace}/${name}; kubectl get pods -n ${namespace} lists those there are. The run begins when it appears`;
  return { reason: 'PodNotFound', message, recheckSeconds: POD_RECHECK_SECONDS };
}

/** The pod is on no node. What the scheduler says of it is most often the very answer. */
export function podNotScheduled({ metadata, status }: Pod): TargetHindrance {
  const condition = status?.conditions?.find(({ type, status: holds }) => type === 'PodScheduled' && holds !== 'True');
  const why = condition
    ? `${condition.reason ?? 'Unscheduled'}: ${condition.message ?? 'no reason is given'}`
    : 'no scheduler has looked at it yet; does kube-scheduler run?';
  const message = `Pod ${metadata.namespace}/${metadata.name} is on no node, so there is no machine to look at: ${why}. The run begins when it is scheduled`;
  return { reason: 'PodNotScheduled', message, recheckSeconds: POD_RECHECK_SECONDS };
}

/** The node does not exist. */
export function nodeMissing(nodeName: string): TargetHindrance {
  const message = `There is no Node ${nodeName}; kubectl get nodes lists those there are. Name the agent of a host outside the cluster in spec.agentRef`;
  return { reason: 'NodeNotFound', message, recheckSeconds: NODE_RECHECK_SECONDS };
}

/** The node is there and no agent of it has ever connected. */
export function noAgent(node: Node, ownNamespace: string): TargetHindrance {
  const { name = '' } = node.metadata;
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const repelling = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  const message = [
    `No agent of node ${name} has connected`,
    ...(ready && ready.status !== 'True' ? [`The node is not Ready: ${ready.reason}: ${ready.message}`] : []),
    ...(repelling.length > 0
      ? [
          `The node repels pods that do not tolerate ${repelling.map(taintText).join(', ')}; does the agent's DaemonSet?`,
        ]
      : []),
    `Is there a pod of the agent, and what does it say? kubectl get pods -n ${ownNamespace} -l app.kubernetes.io/component=agent --field-selector spec.nodeName=${name}`,
  ].join('. ');
  return { reason: 'NodeHasNoAgent', message, recheckSeconds: NODE_RECHECK_SECONDS };
}

function taintText({ key, value, effect }: { key: string; value?: string; effect: string }): string {
  return `${key}${value ? `=${value}` : ''}:${effect}`;
}

/** The API server is no Kubernetes cluster. */
export function notServed(plural: string): TargetHindrance {
  const message = `This API server knows no ${plural}: it is not that of a Kubernetes cluster. Name the agent in spec.agentRef`;
  return { reason: 'TargetUnsupported', message };
}

/** The operator may not look. */
export function unreadable(right: string): TargetHindrance {
  const message = `The operator cannot look the target up: it lacks the right to ${right}, which the chart grants`;
  return { reason: 'TargetUnreadable', message, recheckSeconds: NODE_RECHECK_SECONDS };
}
