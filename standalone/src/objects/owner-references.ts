import type { ApiObject, OwnerReference } from '../schema/index.ts';

/** An object without repeated owner references, and what to warn of. */
export interface SingleOwners {
  object: ApiObject;
  warnings: string[];
}

/**
 * Drops owner references that repeat an earlier one word for word, as kube-apiserver does since 1.20.
 *
 * @param isPatched True for a patched object, which is told with other words.
 */
export function withoutRepeatedOwners(object: ApiObject, isPatched: boolean): SingleOwners {
  const owners = object.metadata.ownerReferences ?? [];
  const single = new Map<string, OwnerReference>();
  const repeated = new Set<string>();
  for (const owner of owners) {
    const key = JSON.stringify(Object.entries(owner).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (single.has(key)) repeated.add(owner.uid);
    single.set(key, owner);
  }
  if (repeated.size === 0) return { object, warnings: [] };
  const list = `duplicate UID(s) observed: ${[...repeated].join(', ')}`;
  const advice =
    'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests';
  const where = '.metadata.ownerReferences contains duplicate entries';
  const warning = isPatched
    ? `${where} after mutating admission happens; ${advice}; ${list}`
    : `${where}; ${advice}; ${list}`;
  return {
    object: { ...object, metadata: { ...object.metadata, ownerReferences: [...single.values()] } },
    warnings: [warning],
  };
}
