import type { ContainerState, PodState } from './cluster-objects.ts';

/** Where in the cluster something runs or lies. */
export interface Place {
  pod: PodState;
  /** '' where it is the pod as a whole, or nobody knows which container. */
  container: string;
}

/** `shop/web-1`, as kubectl users write it. */
export function podKey({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** `pod shop/web-1 container app`. */
export function namePlace({ pod, container }: Place): string {
  return `pod ${podKey(pod)}${container === '' ? '' : ` container ${container}`}`;
}

/** `pod shop/web-1 container app`, of a container that the API server told of. */
export function nameContainer({ pod, name }: ContainerState): string {
  return namePlace({ pod, container: name });
}

/** ` of pod shop/web-1 container app`, to follow what it is about; '' for a part of the host. */
export function tellPlace(place: Place | 'Host' | undefined): string {
  return place === undefined || place === 'Host' ? '' : ` of ${namePlace(place)}`;
}

/** True when both are the same pod, and not one that took the other's name. */
export function isSamePod(a: PodState | undefined, b: PodState | undefined): boolean {
  return a !== undefined && b !== undefined && a.uid === b.uid;
}
