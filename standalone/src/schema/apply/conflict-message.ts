import type { ApplyConflict } from './server-side-apply.ts';

/**
 * Message of the Conflict (409) status of a server-side apply, as kube-apiserver words it; kubectl parses its shape.
 * One manager, one field: `Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .spec.replicas`.
 */
export function applyConflictMessage(conflicts: readonly ApplyConflict[]): string {
  const count = conflicts.length;
  const head = `Apply failed with ${count} conflict${count === 1 ? '' : 's'}:`;
  const byManager = Map.groupBy(conflicts, (conflict) => conflict.manager);
  if (count === 1) return `${head} conflict with ${conflicts[0]?.manager ?? ''}: ${conflicts[0]?.field ?? ''}`;
  const blocks = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([manager, list]) => {
      const fields = list.map((conflict) => `- ${conflict.field}`);
      return [`conflicts with ${manager}:`, ...fields].join('\n');
    });
  return `${head} ${blocks.join('\n')}`;
}
