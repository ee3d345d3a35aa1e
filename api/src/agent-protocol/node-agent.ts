import { API_VERSION, NODE_LABEL, type Agent } from '@nannyapi/crds';
import { ApiError } from '../http/api-error.ts';
import { agentKey, type AgentPrincipal, type NamedUID } from '../identity/principal.ts';

/** An agent of a Kubernetes node. */
export type NodeAgentPrincipal = AgentPrincipal & { node: NamedUID };

/** Longest value of a label. */
const MAX_LABEL_LENGTH = 63;

/** Whether an agent runs on a node of the cluster. */
export function isNodeAgent(principal: AgentPrincipal): principal is NodeAgentPrincipal {
  return principal.node !== undefined;
}

/** The Agent object of a node. The Node owns it, so that it goes when the node goes for good. */
export function nodeAgentOf({ namespace, name, node }: NodeAgentPrincipal): Agent {
  // Cut, the value may end in what no label value may end in.
  const label = node.name.slice(0, MAX_LABEL_LENGTH).replace(/[^a-z0-9]+$/, '');
  return {
    apiVersion: API_VERSION,
    kind: 'Agent',
    metadata: {
      namespace,
      name,
      labels: { [NODE_LABEL]: label },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid }],
    },
    spec: { nodeName: node.name },
  };
}

/**
 * Why an Agent is not that of the node, though it has its name; `undefined` when it is.
 *
 * An object that was made for another host is never taken over: what was said about that host, and who may investigate
 * it, would then hold for the node.
 */
export function findMismatch(agent: Agent, principal: NodeAgentPrincipal): ApiError | undefined {
  const key = agentKey(principal);
  const { node } = principal;
  if (agent.spec.nodeName !== node.name) {
    const owner = agent.spec.nodeName === undefined ? 'was made for another host' : `is of node ${agent.spec.nodeName}`;
    const remedy = `Delete that Agent if nothing needs it, and that of node ${node.name} is made at once`;
    return new ApiError('Forbidden', `Agent ${key} ${owner} and is not taken over. ${remedy}`);
  }
  const owners = (agent.metadata.ownerReferences ?? []).filter(({ kind }) => kind === 'Node');
  if (owners.length === 0 || owners.some(({ uid }) => uid === node.uid)) return undefined;
  return beingReplaced(principal);
}

/** The answer until the garbage collector has taken away the Agent of a node that was made anew under its name. */
export function beingReplaced(principal: NodeAgentPrincipal): ApiError {
  const detail = `Agent ${agentKey(principal)} is of an earlier node of that name and goes with it. Ask again in a while.`;
  return new ApiError('Unavailable', detail, { retryAfterSeconds: 5, publicDetail: detail });
}
