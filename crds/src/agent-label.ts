import { createHash } from 'node:crypto';

/**
 * The value of label `nannyai.dev/agent` on the tasks of one agent: 16 hex digits of `sha256(namespace/name)`.
 *
 * A name may be longer than a label value, hence the hash.
 */
export function agentLabelValue(agent: { namespace: string; name: string }): string {
  return createHash('sha256').update(`${agent.namespace}/${agent.name}`).digest('hex').slice(0, 16);
}
