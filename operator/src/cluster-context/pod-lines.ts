import { factLine } from '@nannyapi/protocol';
import { ageOf } from './age.ts';
import { amountOf } from './quantity.ts';
import { containerLines } from './container-lines.ts';
import type { Pod, Probe, VolumeSpec } from './kinds.ts';

/** How the lines of a pod are told. */
export interface PodView {
  now: Date;
  /** uid of the pod that the run is about. */
  askedUID?: string | undefined;
  /** The chain of its owners, nearest first; without it only the nearest is told. */
  owners?: readonly string[];
}

/** Marks the pods of this project. */
const OWN_LABEL = 'app.kubernetes.io/name';

/** Whether a pod is one of this project. */
export function isOwnPod({ metadata }: Pod): boolean {
  return metadata.labels?.[OWN_LABEL] === 'nannyapi';
}

/** The uid that the cgroups and paths of a static pod bear: the hash of its file. */
function staticUIDOf({ metadata }: Pod): string | undefined {
  return metadata.annotations?.['kubernetes.io/config.mirror'];
}

/** The line of a pod. */
export function podLine(pod: Pod, view: PodView): string {
  const { metadata, spec, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const all = [...containers, ...(status?.initContainerStatuses ?? [])];
  const [owner] = metadata.ownerReferences ?? [];
  const owners = view.owners ?? (owner ? [`${owner.kind}/${owner.name}`] : []);
  return factLine('pod', {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    static_uid: staticUIDOf(pod),
    asked: metadata.uid === view.askedUID || undefined,
    phase: status?.phase,
    reason: status?.reason,
    node: spec.nodeName,
    ready: `${containers.filter(({ ready }) => ready).length}/${spec.containers.length}`,
    restarts: all.reduce((sum, { restartCount }) => sum + restartCount, 0),
    age: ageOf(metadata.creationTimestamp, view.now),
    deleting_for: ageOf(metadata.deletionTimestamp, view.now),
    qos: status?.qosClass,
    host_network: spec.hostNetwork || undefined,
    priority_class: spec.priorityClassName,
    pod_ip: status?.podIP,
    own: isOwnPod(pod) || undefined,
    owner: owners.length > 0 ? owners.join(', ') : undefined,
    message: status?.message,
  });
}

/** The conditions of a pod that do not hold. */
export function podConditionLines({ metadata, status }: Pod, { now }: PodView): string[] {
  return (status?.conditions ?? [])
    .filter((condition) => condition.status !== 'True' && condition.reason !== 'PodCompleted')
    .map((condition) =>
      factLine('pod_condition', {
        namespace: metadata.namespace,
        pod: metadata.name,
        type: condition.type,
        status: condition.status,
        reason: condition.reason,
        age: ageOf(condition.lastTransitionTime, now),
        message: condition.message,
      }),
    );
}

/** All that is told of the pod that a run is about. */
export function askedPodLines(pod: Pod, view: PodView): string[] {
  return [
    podLine(pod, view),
    ...podConditionLines(pod, view),
    ...containerLines(pod, view),
    ...volumeLines(pod),
    dnsLine(pod),
    ...probeLines(pod),
  ];
}

function dnsLine({ metadata, spec }: Pod): string {
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  return factLine('pod_dns', {
    namespace: metadata.namespace,
    pod: metadata.name,
    policy: spec.dnsPolicy,
    host_network: spec.hostNetwork ?? false,
    nameservers: nameservers.join(',') || undefined,
    searches: searches.join(',') || undefined,
    options: options.map(({ name, value }) => (value === undefined ? name : `${name}:${value}`)).join(' ') || undefined,
  });
}

/** Where the kubelet keeps volumes; it is told where it is by default. */
const KUBELET_PODS = '/var/lib/kubelet/pods';

function volumeLines(pod: Pod): string[] {
  const { metadata, spec } = pod;
  const uid = staticUIDOf(pod) ?? metadata.uid;
  return (spec.volumes ?? [])
    .filter((volume) => !isSecret(volume))
    .map((volume) => {
      const { emptyDir, hostPath, persistentVolumeClaim } = volume;
      const isMemory = emptyDir?.medium === 'Memory';
      return factLine('pod_volume', {
        namespace: metadata.namespace,
        pod: metadata.name,
        volume: volume.name,
        kind: Object.keys(volume).find((key) => key !== 'name'),
        medium: emptyDir ? (isMemory ? 'memory' : 'disk') : undefined,
        size_limit: emptyDir ? amountOf('storage', emptyDir.sizeLimit) : undefined,
        claim: persistentVolumeClaim?.claimName,
        host_path: hostPath?.path,
        path: emptyDir ? `${KUBELET_PODS}/${uid}/volumes/kubernetes.io~empty-dir/${volume.name}` : undefined,
        mounted_at: mountsOf(pod, volume.name) || undefined,
      });
    });
}

/** A secret, and what a service account's token is projected from: there is nothing to learn from them. */
function isSecret({ name, secret }: VolumeSpec): boolean {
  return secret !== undefined || name.startsWith('kube-api-access-');
}

function mountsOf({ spec }: Pod, volume: string): string {
  return [...spec.containers, ...(spec.initContainers ?? [])]
    .flatMap(({ name, volumeMounts = [] }) =>
      volumeMounts.filter((mount) => mount.name === volume).map(({ mountPath }) => `${name}:${mountPath}`),
    )
    .join(',');
}

function probeLines({ metadata, spec }: Pod): string[] {
  return spec.containers.flatMap((container) =>
    (
      [
        ['liveness', container.livenessProbe],
        ['readiness', container.readinessProbe],
        ['startup', container.startupProbe],
      ] as const
    ).flatMap(([kind, probe]) => (probe ? [probeLine(metadata, { container: container.name, kind, probe })] : [])),
  );
}

function probeLine(
  metadata: Pod['metadata'],
  { container, kind, probe }: { container: string; kind: string; probe: Probe },
): string {
  const how = probe.httpGet ? 'http' : probe.tcpSocket ? 'tcp' : probe.grpc ? 'grpc' : 'exec';
  return factLine('probe', {
    namespace: metadata.namespace,
    pod: metadata.name,
    container,
    kind,
    how,
    initial_delay: `${probe.initialDelaySeconds ?? 0}s`,
    period: `${probe.periodSeconds ?? 10}s`,
    timeout: `${probe.timeoutSeconds ?? 1}s`,
    failures: probe.failureThreshold ?? 3,
  });
}
