import { factsOf, textOf } from '@nannyapi/protocol';
import { parseKubeletPath, parsePodCgroup } from './pod-cgroup.ts';

/** The place of a cgroup or a path of a machine in the cluster. */
export interface PodPlace {
  namespace: string;
  pod: string;
  /** metadata.uid. */
  uid: string;
  container?: string;
  volume?: string;
}

/** The pods of a node, by what their cgroups and paths bear. */
export interface PodPlaces {
  /** By uid without hyphens; of static pods by both ids. */
  pods: ReadonlyMap<string, PodPlace>;
  /** By the runtime's id. */
  containers: ReadonlyMap<string, PodPlace>;
}

/**
 * Reads which pods there are from the texts of items `pods` and `pod`. Of a container that was restarted both ids stay known.
 *
 * @param texts oldest first; a later word on a pod counts
 */
export function podPlacesOf(texts: readonly string[]): PodPlaces {
  const pods = new Map<string, PodPlace>();
  const byName = new Map<string, PodPlace>();
  const containers = new Map<string, PodPlace>();
  for (const text of texts) {
    for (const fact of factsOf(text, 'pod')) {
      const place = { namespace: textOf(fact, 'namespace'), pod: textOf(fact, 'name'), uid: textOf(fact, 'uid') };
      byName.set(`${place.namespace}/${place.pod}`, place);
      for (const id of [place.uid, textOf(fact, 'static_uid')]) if (id !== '') pods.set(bare(id), place);
    }
    for (const fact of factsOf(text, 'container')) {
      const pod = byName.get(`${textOf(fact, 'namespace')}/${textOf(fact, 'pod')}`);
      const id = textOf(fact, 'id');
      if (pod && id !== '') containers.set(id, { ...pod, container: textOf(fact, 'container') });
    }
  }
  return { pods, containers };
}

/**
 * The pod that a cgroup or a path of the node belongs to.
 *
 * @param path a cgroup's, or that of a file or mount point, such as `/var/lib/kubelet/pods/<uid>/volumes/…`
 * @returns `undefined` when it is no pod's, or that of a pod that the API server does not know.
 */
export function joinToPods(path: string, places: PodPlaces): PodPlace | undefined {
  const kubelet = parseKubeletPath(path);
  const below = kubelet && places.pods.get(bare(kubelet.podUID));
  if (below) return kubelet.volume === undefined ? below : { ...below, volume: kubelet.volume };
  const { podUID, containerID } = parsePodCgroup(path) ?? {};
  const container = containerID === undefined ? undefined : places.containers.get(containerID);
  return container ?? (podUID === undefined ? undefined : places.pods.get(bare(podUID)));
}

/** A uid as it is compared: a static pod's has no hyphens, and systemd's slices have others. */
function bare(uid: string): string {
  return uid.replaceAll('-', '');
}
