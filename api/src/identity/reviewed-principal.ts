import type { Principal } from './principal.ts';
import type { TokenReviewStatus } from './token-review.ts';

/** Which tokens are those of node agents. */
export interface AgentTokenRule {
  /** The audience that only the tokens of agents have. */
  audience: string;
  /** Namespace of the ServiceAccount, and of the Agents. */
  namespace: string;
  /** Name of the ServiceAccount. */
  serviceAccount: string;
}

/** Whom a reviewed token speaks for, or why it is refused although it is good. */
export type ReviewedPrincipal =
  | { kind: 'Principal'; principal: Principal }
  | { kind: 'Refused'; reason: 'OtherServiceAccount' | 'NoNodeClaim'; detail: string }
  | { kind: 'NotGood' };

/** Extra fields with which the API server names what a token is bound to (KEP-4193). */
const EXTRA = 'authentication.kubernetes.io/';

/**
 * Reads the answer to a TokenReview.
 *
 * @param isForAgents whether the review asked for the audience of agents: then the token is an agent's or nobody's. For
 *   every other token the API server checked its own audience.
 */
export function readReview(status: TokenReviewStatus, isForAgents: boolean, rule: AgentTokenRule): ReviewedPrincipal {
  const { authenticated, audiences = [], user } = status;
  const name = user?.username;
  if (authenticated !== true || name === undefined || name === '') return { kind: 'NotGood' };
  if (!isForAgents) {
    const { groups = [], uid, extra } = user ?? {};
    return { kind: 'Principal', principal: { kind: 'user', name, groups, uid, extra } };
  }
  // An authenticator that knows no audiences answers none, and would let a token of any audience pass.
  if (!audiences.includes(rule.audience)) return { kind: 'NotGood' };
  const wanted = `system:serviceaccount:${rule.namespace}:${rule.serviceAccount}`;
  if (name !== wanted) {
    const detail = `Tokens of audience ${rule.audience} are for agents, and agents are ${wanted}; this one is ${name}`;
    return { kind: 'Refused', reason: 'OtherServiceAccount', detail };
  }
  return agentOf(user?.extra ?? {}, rule);
}

function agentOf(extra: Readonly<Record<string, string[]>>, { namespace }: AgentTokenRule): ReviewedPrincipal {
  const [node] = extra[`${EXTRA}node-name`] ?? [];
  const [uid] = extra[`${EXTRA}node-uid`] ?? [];
  if (!node || !uid) {
    const detail =
      'The token of the agent names no node: it must be the projected token of a pod that runs on one, ' +
      'and the cluster must be of Kubernetes 1.30 or newer';
    return { kind: 'Refused', reason: 'NoNodeClaim', detail };
  }
  return { kind: 'Principal', principal: { kind: 'agent', namespace, name: node, node: { name: node, uid } } };
}
