/** What is left of one object in a namespace that empties. */
export interface Remainder {
  /** Plural and group of its kind. */
  plural: string;
  group: string;
  finalizers: readonly string[];
}

/** A condition of a Namespace: v1's own form, which has no `observedGeneration`. */
export interface NamespaceCondition {
  type: string;
  status: 'True' | 'False';
  lastTransitionTime: string;
  reason: string;
  message: string;
}

/**
 * Tells why a namespace that is being deleted is still there, in the conditions and words of Kubernetes' namespace
 * controller: what is left in it, and which finalizers hold that.
 *
 * @param previous conditions as stored; the time of one whose status stays is kept
 */
export function terminatingConditions(
  remaining: readonly Remainder[],
  previous: readonly NamespaceCondition[],
  now: Date,
): NamespaceCondition[] {
  const left = counted(remaining.map(({ plural, group }) => `${plural}.${group}`));
  const held = counted(remaining.flatMap(({ finalizers }) => finalizers));
  const found = [
    // The kinds are those of this very process: they can always be told and read.
    no('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    no(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    no(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    left.length === 0
      ? no('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed')
      : yes(
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          `Some resources are remaining: ${left.map(([what, count]) => `${what} has ${count} resource instances`).join(', ')}`,
        ),
    held.length === 0
      ? no('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
      : yes(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held.map(([what, count]) => `${what} in ${count} resource instances`).join(', ')}`,
        ),
  ];
  const time = `${now.toISOString().slice(0, 19)}Z`;
  return found.map((condition) => {
    const before = previous.find(({ type }) => type === condition.type);
    const isSame = before?.status === condition.status;
    return { ...condition, lastTransitionTime: isSame ? before.lastTransitionTime : time };
  });
}

type Finding = Omit<NamespaceCondition, 'lastTransitionTime'>;

function yes(type: string, reason: string, message: string): Finding {
  return { type, status: 'True', reason, message };
}

function no(type: string, reason: string, message: string): Finding {
  return { type, status: 'False', reason, message };
}

function counted(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
