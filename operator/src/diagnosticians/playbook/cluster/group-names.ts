import type { Quote } from '../../../moves/move.ts';
import type { RuleInput } from '../candidate.ts';
import type { ContainerState } from './cluster-objects.ts';
import { namePlace } from './pod-names.ts';
import type { Place } from './pod-names.ts';

/** A control group as people know it. */
export interface NamedGroup {
  /** The pod it belongs to; `'Host'` for a group of the host itself. */
  place: Place | 'Host';
  /** As the API server knows it; `undefined` for a group of the host, of a pod as a whole, or of a container that is gone. */
  container: ContainerState | undefined;
  /** `pod shop/web-1 container app`, or `cgroup /sys/fs/… (tasks worker/7)`. The path that a pod's group has is for no list. */
  component: string;
  /** The same without what stands in brackets, within a sentence. */
  name: string;
  /** The same, to begin a sentence with. */
  subject: string;
  /** The container's line, where there is one. */
  quotes: Quote[];
}

/** Names a control group: by its pod and container in a cluster, else by its path and its busiest tasks. */
export function nameGroup({ cluster }: RuleInput, path: string, top: string): NamedGroup {
  const place = cluster.placeOfCgroup(path);
  if (place === undefined) {
    const tasks = top === '' ? '' : ` (tasks ${top})`;
    return {
      place: 'Host',
      container: undefined,
      component: `cgroup ${path}${tasks}`,
      name: `cgroup ${path}`,
      subject: `Cgroup ${path}`,
      quotes: [],
    };
  }
  const name = namePlace(place);
  const containers = cluster.containersOf(place.pod);
  const container = containers.find((candidate) => candidate.name === place.container);
  return {
    place,
    container,
    component: name,
    name,
    subject: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    quotes: container === undefined ? [place.pod.quote] : [container.quote],
  };
}

/** The pod that a process of the context runs in; `'Host'` for one of the host, or of which the control group is not told. */
export function placeOfPid({ cluster, facts }: RuleInput, pid: string): Place | 'Host' {
  const process = facts.first('processes', 'process', (fact) => fact.text('pid') === pid);
  return cluster.placeOfCgroup(process?.text('cgroup') ?? '') ?? 'Host';
}
