import type { Candidate, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';

/** Folders of a node in which the kubelet and the container runtimes keep what pods write. */
const POD_FOLDERS = [
  '/var/lib/kubelet',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/log/pods',
];

/**
 * File systems of the node itself: neither volumes of pods nor the writable layers of containers, which have no room of their
 * own but show that of the disk they lie on.
 */
export function hostFileSystems(input: RuleInput): ContextFact<'filesystem'>[] {
  const all = input.facts.all('filesystems', 'filesystem');
  const isLayer = (fact: ContextFact<'filesystem'>): boolean =>
    fact.text('type') === 'overlay' &&
    all.some((other) => other.text('type') !== 'overlay' && other.number('size') === fact.number('size'));
  return all.filter((fact) => input.cluster.volumeAt(fact.text('mount')) === undefined && !isLayer(fact));
}

/** Says who suffers from a fault of a file system: whatever runs on the node where pods lie on it, else a part of the host. */
export function placeOfMount({ cluster }: RuleInput, mount: string): Pick<Candidate, 'place'> {
  if (cluster.isEmpty) return {};
  const folders = [...POD_FOLDERS, ...cluster.volumes.flatMap(({ path, hostPath }) => [path, hostPath])];
  return folders.some((folder) => isBelow(folder, mount)) ? {} : { place: 'Host' };
}

function isBelow(path: string, mount: string): boolean {
  return path !== '' && (mount === '/' || path === mount || path.startsWith(`${mount}/`));
}
