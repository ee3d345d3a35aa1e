import { createHash } from 'node:crypto';
import { TASK_UID_LABEL, type AgentTask, type Evidence } from '@nannyapi/crds';
import type { TaskResult } from '@nannyapi/protocol';
import type { ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';

/** Most names that one result holds; the CRD says the same. */
const MAX_NAMES = 64;

/**
 * The results with the names of the Evidence objects that hold their outputs.
 *
 * Agents know no object names: they send pieces, and the preview is the head of the whole. A preview that its digest
 * does not fit is such a head, and only then are the stored pieces looked up.
 */
export async function citeOutputs(
  evidence: ResourceClient<Evidence>,
  task: AgentTask,
  results: TaskResult['results'],
): Promise<TaskResult['results']> {
  if (!results.some(isHead)) return results;
  const { namespace, uid } = task.metadata;
  const stored = await evidence.listAll({ namespace, labelSelector: `${TASK_UID_LABEL}=${uid}` }, CALL);
  const own = stored.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  return results.map((result) => {
    if (!isHead(result)) return result;
    const names = namesOf(own, result.actionID);
    return names.length > 0 ? { ...result, evidence: names } : result;
  });
}

function isHead({ preview, digest, evidence }: TaskResult['results'][number]): boolean {
  if (digest === undefined || (evidence && evidence.length > 0)) return false;
  const digestOfPreview = createHash('sha256')
    .update(preview ?? '')
    .digest('hex');
  return digest !== `sha256:${digestOfPreview}`;
}

/** Pieces of standard output in order, up to the first that is missing. */
function namesOf(stored: readonly Evidence[], actionID: string): string[] {
  return stored
    .filter(({ spec }) => spec.actionID === actionID && spec.stream !== 'Stderr')
    .toSorted((a, b) => a.spec.chunk - b.spec.chunk)
    .filter(({ spec }, index) => spec.chunk === index)
    .slice(0, MAX_NAMES)
    .map(({ metadata }) => metadata.name ?? '');
}
