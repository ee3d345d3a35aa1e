import { factLine } from '@nannyapi/protocol';
import { ageOf } from './age.ts';
import type { Workload } from './kinds.ts';
import { templateChange } from './template-change.ts';

/** What rolled pods out, and its revisions as ReplicaSets; other kinds keep none that are read. */
export interface Rollout {
  workload: Workload;
  revisions: readonly Workload[];
}

/** Most revisions that are told of one workload. */
const MAX_REVISIONS = 5;
const REVISION = 'deployment.kubernetes.io/revision';

/** Lines of a workload and its revisions, newest first. */
export function rolloutLines({ workload, revisions }: Rollout, now: Date): string[] {
  const ordered = revisions.toSorted((a, b) => revisionOf(b) - revisionOf(a));
  const current = workload.metadata.annotations?.[REVISION];
  return [
    workloadLine(workload, now),
    ...ordered.slice(0, MAX_REVISIONS).map((revision, index) =>
      factLine('rollout', {
        namespace: revision.metadata.namespace,
        kind: revision.kind,
        name: revision.metadata.name,
        revision: revisionOf(revision),
        age: ageOf(revision.metadata.creationTimestamp, now),
        current: revision.metadata.annotations?.[REVISION] === current || undefined,
        desired: revision.spec?.replicas,
        ready: revision.status?.readyReplicas ?? 0,
        image: imagesOf(revision),
        changed: templateChange(ordered[index + 1]?.spec?.template?.spec, revision.spec?.template?.spec),
      }),
    ),
  ];
}

function workloadLine({ kind, metadata, spec, status = {} }: Workload, now: Date): string {
  const isDaemonSet = kind === 'DaemonSet';
  const trouble = status.conditions?.find(
    ({ type, status: holds }) =>
      (type === 'Progressing' && holds !== 'True') ||
      (type === 'Available' && holds !== 'True') ||
      (type === 'ReplicaFailure' && holds === 'True'),
  );
  return factLine('workload', {
    namespace: metadata.namespace,
    kind,
    name: metadata.name,
    desired: isDaemonSet ? status.desiredNumberScheduled : (spec?.replicas ?? 1),
    updated: (isDaemonSet ? status.updatedNumberScheduled : status.updatedReplicas) ?? 0,
    ready: (isDaemonSet ? status.numberReady : status.readyReplicas) ?? 0,
    available: (isDaemonSet ? status.numberAvailable : status.availableReplicas) ?? 0,
    unavailable: isDaemonSet ? status.numberUnavailable : status.unavailableReplicas,
    paused: spec?.paused || undefined,
    behind: (status.observedGeneration ?? 0) < (metadata.generation ?? 0) || undefined,
    age: ageOf(metadata.creationTimestamp, now),
    revision: metadata.annotations?.[REVISION] ?? status.updateRevision,
    reason: trouble?.reason,
    message: trouble?.message,
  });
}

function revisionOf({ metadata }: Workload): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

function imagesOf({ spec }: Workload): string | undefined {
  return spec?.template?.spec?.containers.map(({ name, image }) => `${name}=${image}`).join(',');
}
