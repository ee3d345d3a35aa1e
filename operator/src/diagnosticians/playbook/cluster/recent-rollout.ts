import type { Quote } from '../../../moves/move.ts';
import type { PodState } from './cluster-objects.ts';
import type { ClusterView } from './cluster-view.ts';
import { workloadOf } from './kubectl.ts';

/** A rollout longer ago than this is not what changed. */
const RECENT_SECONDS = 24 * 3600;

/** What changed before a fault of a pod. */
export interface RolloutTold {
  statement: string;
  quotes: Quote[];
  plan: string;
}

/**
 * Names the rollout that made the pod, where it was recent and there is a revision before it: then it is what changed.
 *
 * It supports a cause and is none by itself, for every pod comes from some rollout.
 */
export function tellRollout(cluster: ClusterView, pod: PodState): RolloutTold | undefined {
  const workload = workloadOf(pod);
  const owners = pod.owner.split(/,\s*/u);
  const rollout = cluster.rollouts.find(
    ({ namespace, kind, name }) => namespace === pod.namespace && owners.includes(`${kind}/${name}`),
  );
  if (workload === undefined || rollout === undefined) return undefined;
  const { revision, ageSeconds, changed } = rollout;
  if (revision < 2 || ageSeconds > RECENT_SECONDS) return undefined;
  const what = changed === '' ? '' : ` (${changed})`;
  return {
    statement: `What changed: revision ${revision} of ${workload}, which this pod is of, was rolled out ${tellAge(ageSeconds)} ago${what}.`,
    quotes: [rollout.quote],
    plan: `If the revision before was healthy, go back to it: \`kubectl -n ${pod.namespace} rollout undo ${workload}\` (the revisions: \`kubectl -n ${pod.namespace} rollout history ${workload}\`; undone by \`--to-revision=${revision}\`).`,
  };
}

/** An age for people, such as `40 s`, `12 minutes` or `3 hours`. */
export function tellAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}
