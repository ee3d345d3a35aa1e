import type { InvestigationSpec } from '@nannyapi/crds';
import type { Access } from '../identity/authorizer.ts';

/**
 * What a person must be allowed for the targets that an investigation names: the verb `investigate` on each.
 *
 * Admission asks the same of whoever creates the object (architecture §6); here that is the facade, and so it asks for
 * the person itself.
 */
export function targetAccess(
  namespace: string,
  { agentRef, nodeName, podRef }: Pick<InvestigationSpec, 'agentRef' | 'nodeName' | 'podRef'>,
): Access[] {
  const verb = 'investigate';
  return [
    ...(agentRef ? [{ verb, resource: 'agents', namespace, name: agentRef.name } as const] : []),
    ...(nodeName === undefined ? [] : [{ verb, resource: 'nodes', name: nodeName } as const]),
    ...(podRef ? [{ verb, resource: 'pods', namespace, name: podRef.name } as const] : []),
  ];
}
