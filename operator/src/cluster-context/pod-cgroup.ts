/** What the path of a cgroup, or a path below a kubelet's folder, says of the pod it belongs to. */
export interface PodCgroup {
  /** As the kubelet knows the pod: of a static pod a hash of its file, not metadata.uid. */
  podUID?: string;
  /** The runtime's id, 64 hex digits. */
  containerID?: string;
}

/** `pod<uid>` as cgroupfs and systemd write it; systemd turns the hyphens of the uid into underscores. */
const POD_SEGMENT = /(?:^|-)pod([0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})(?:\.slice)?$/u;
/** A container, bare or with the prefix of its runtime: cri-containerd-, crio-, docker-, libpod-. */
const CONTAINER_SEGMENT = /^(?:[a-z][a-z-]*-)?([0-9a-f]{64})(?:\.scope)?$/u;

/**
 * Takes the path of a cgroup apart, whatever its root is: cgroupfs (`kubepods/burstable/pod<uid>/<id>`), systemd
 * (`kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope`), nested below the cgroup of a node that is itself a
 * container (kind). The innermost pod and its container count.
 *
 * @returns `undefined` when no pod and no container stands in it.
 */
export function parsePodCgroup(path: string): PodCgroup | undefined {
  let found: PodCgroup | undefined;
  // systemd's cgroup driver with containerd writes `slice:prefix:id` where no slice is made.
  for (const segment of path.split(/[/:]/u)) {
    const [, podUID] = POD_SEGMENT.exec(segment) ?? [];
    const [, containerID] = CONTAINER_SEGMENT.exec(segment) ?? [];
    if (podUID !== undefined) found = { podUID: podUID.replaceAll('_', '-') };
    else if (containerID !== undefined) found = { ...found, containerID };
  }
  return found;
}

/** A path on a node below what a kubelet keeps for a pod. */
export interface KubeletPath {
  podUID: string;
  volume?: string;
}

const KUBELET_PATH = /\/pods\/([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})(?:\/(.*))?$/u;
const VOLUME_PATH = /^volumes\/[^/]+\/([^/]+)/u;
const SUBPATH = /^volume-subpaths\/([^/]+)\//u;

/** Takes a path like `/var/lib/kubelet/pods/<uid>/volumes/kubernetes.io~empty-dir/scratch` apart; the root differs by distribution. */
export function parseKubeletPath(path: string): KubeletPath | undefined {
  const [, podUID, rest = ''] = KUBELET_PATH.exec(path) ?? [];
  if (podUID === undefined) return undefined;
  const volume = (VOLUME_PATH.exec(rest) ?? SUBPATH.exec(rest))?.[1];
  return { podUID, ...(volume === undefined ? {} : { volume }) };
}
