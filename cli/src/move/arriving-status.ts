import type { InvestigationReason } from '@nannyapi/crds';
import { findCondition, setCondition, STALLED, type Condition, type KubeObject } from '@nannyapi/runtime';

/** What the status of every run has. */
interface RunStatus {
  phase?: string;
  conditions?: Condition[];
  completionTime?: string;
  steps?: unknown[];
}

const RESTORED: InvestigationReason = 'Restored';

/** Whether a run has ended, well or not. */
export function hasEnded(run: KubeObject): boolean {
  const succeeded = findCondition((run.status as RunStatus | undefined)?.conditions, 'Succeeded');
  return succeeded !== undefined && succeeded.status !== 'Unknown';
}

/** Whether a run has ended because it is a copy, that is, without a result of its own. */
export function isRestored(run: KubeObject): boolean {
  const succeeded = findCondition((run.status as RunStatus | undefined)?.conditions, 'Succeeded');
  return succeeded?.status === 'False' && succeeded.reason === RESTORED;
}

/**
 * The status that an exported run has where it arrives: its result if it had one, else `Restored`, with all that was
 * found until then.
 *
 * @param now becomes the time of the end of a run that had none
 */
export function arrivingStatus(exported: KubeObject, now: Date): object {
  const status = (exported.status ?? {}) as RunStatus;
  if (hasEnded(exported)) return status;
  const message = `${stateAtExport(status)} when it was exported, and nothing runs twice. To ask again, create another ${exported.kind} with this spec`;
  const conditions = ['Diagnosed', 'Succeeded'].reduce<Condition[]>(
    (list, type) => setCondition(list, { type, status: 'False', reason: RESTORED, message }, now),
    // What has ended waits for nobody.
    (status.conditions ?? []).filter(({ type }) => type !== STALLED),
  );
  return { ...status, phase: 'Failed', conditions, completionTime: `${now.toISOString().slice(0, 19)}Z` };
}

function stateAtExport({ steps = [] }: RunStatus): string {
  if (steps.length === 0) return 'The run had not begun';
  return `The run was under way (${steps.length} ${steps.length === 1 ? 'step' : 'steps'})`;
}
