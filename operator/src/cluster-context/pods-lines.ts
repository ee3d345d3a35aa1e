import { containerLines } from './container-lines.ts';
import type { ContainerStatus, Pod } from './kinds.ts';
import { podLine, type PodView } from './pod-lines.ts';

/** How much trouble a pod is in; 0 is none. Pods are told in this order, and the events of the first ones are read. */
export function troubleOf({ metadata, status }: Pod): number {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  if (statuses.some(isFailing)) return 4;
  if (status?.phase === 'Failed') return 3;
  if (status?.phase === 'Pending') return metadata.deletionTimestamp ? 1 : 3;
  if (status?.phase === 'Running' && status.containerStatuses?.some(({ ready }) => !ready)) return 2;
  return statuses.some(({ restartCount }) => restartCount > 0) ? 1 : 0;
}

/** Waits for something that is no ordinary start, or ended badly. */
function isFailing({ state }: ContainerStatus): boolean {
  const { waiting, terminated } = state ?? {};
  if (terminated) return terminated.exitCode !== 0;
  return waiting !== undefined && !['ContainerCreating', 'PodInitializing'].includes(waiting.reason ?? '');
}

/** Pods in the order in which they are told: the one asked about, those in trouble, the rest by name. */
export function inOrderOfTrouble(pods: readonly Pod[], askedUID?: string): Pod[] {
  const rank = (pod: Pod): number => (pod.metadata.uid === askedUID ? 9 : troubleOf(pod));
  const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
  return pods.toSorted((a, b) => rank(b) - rank(a) || nameOf(a).localeCompare(nameOf(b)));
}

/** Lines of all pods of a node, each followed by its containers. */
export function podsLines(pods: readonly Pod[], view: PodView): string[] {
  return inOrderOfTrouble(pods, view.askedUID).flatMap((pod) => [podLine(pod, view), ...containerLines(pod, view)]);
}
