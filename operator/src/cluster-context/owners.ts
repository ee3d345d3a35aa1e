import type { ResourceType } from '@nannyapi/runtime';
import type { ClusterReader, Reading } from './cluster-reader.ts';
import { ReplicaSetResource, WORKLOADS, type Pod, type Workload } from './kinds.ts';
import type { Rollout } from './rollout-lines.ts';

/** Who owns a pod: by name, nearest first, and as read where the kind is one whose rollouts are told. */
export interface Owners {
  /** As `ReplicaSet/shop-5d4f`, `Deployment/shop`. */
  names: string[];
  /** uids, for their events. */
  uids: string[];
  /** The outermost owner; absent for pods of their own and for kinds that are not read. */
  workload?: Reading<Workload>;
}

/** Follows the owners of a pod upwards, two at most: a ReplicaSet and its Deployment. */
export async function ownersOf(pod: Pod, reader: ClusterReader): Promise<Owners> {
  const { namespace } = pod.metadata;
  const owners: Owners = { names: [], uids: [] };
  let next = controllerOf(pod);
  for (let depth = 0; next && depth < 2; depth += 1) {
    owners.names.push(`${next.kind}/${next.name}`);
    owners.uids.push(next.uid);
    const type = typeOf(next.kind);
    if (!type) break;
    const reading = await reader.get<Workload>(type, { namespace, name: next.name });
    const found = 'value' in reading ? reading.value : undefined;
    // A ReplicaSet of its own is told as a workload, too; below a Deployment it is but one revision.
    const above = found && controllerOf(found);
    if (!above) owners.workload = reading;
    next = above;
  }
  return owners;
}

/** The revisions of a workload that is a Deployment; others have none that are read. */
export async function rolloutOf(workload: Workload, reader: ClusterReader): Promise<Reading<Rollout>> {
  if (workload.kind !== 'Deployment') return { value: { workload, revisions: [] } };
  const { namespace, name, uid } = workload.metadata;
  const labels = Object.entries(workload.spec?.selector?.matchLabels ?? {});
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const what = `revisions of Deployment ${namespace}/${name}`;
  const reading = await reader.list<Workload>(ReplicaSetResource, { namespace, labelSelector }, what);
  if ('missing' in reading) return reading;
  const own = reading.value.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  return { value: { workload, revisions: own } };
}

function typeOf(kind: string): ResourceType | undefined {
  return kind === 'ReplicaSet' ? ReplicaSetResource : WORKLOADS[kind];
}

function controllerOf({ metadata }: Pod | Workload): { kind: string; name: string; uid: string } | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}
