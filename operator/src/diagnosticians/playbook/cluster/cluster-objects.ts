import type { Quote } from '../../../moves/move.ts';
import type { ContextFact } from '../context-facts.ts';

/** A pod as the API server knew it. */
export interface PodState {
  namespace: string;
  name: string;
  uid: string;
  phase: string;
  /** '' before one was found. */
  node: string;
  /** Why it failed, such as `Evicted`; '' when it did not. */
  reason: string;
  /** The reason in words; '' when there are none. */
  message: string;
  ageSeconds: number;
  /** Its owners, nearest first, such as `ReplicaSet/web-5d4f, Deployment/web`; '' for a pod of its own. */
  owner: string;
  /** True for the pods of this project. */
  isOwn: boolean;
  /** True while it is being deleted: then its ends are wanted. */
  isLeaving: boolean;
  quote: Quote;
}

/** A container of a pod as the API server knew it. */
export interface ContainerState {
  pod: PodState;
  name: string;
  isReady: boolean;
  restarts: number;
  /** `running`, `waiting` or `terminated`. */
  state: string;
  /** Of the present state, in seconds. */
  ageSeconds: number;
  reason: string;
  exitCode: number | undefined;
  lastReason: string;
  lastExitCode: number | undefined;
  lastFinishedSecondsAgo: number | undefined;
  /** In words, of the present state or of the last end. */
  message: string;
  /** In cores; '' for none. */
  cpuLimit: string;
  /** In bytes; `undefined` for none. */
  memoryLimitBytes: number | undefined;
  image: string;
  quote: Quote;
}

/** An event about a pod, a node or an owner of the pod. */
export interface ClusterEvent {
  /** What it is about, such as `Pod/web-1` or `Node/node1`. */
  object: string;
  namespace: string;
  /** '' where it is about no single container. */
  container: string;
  type: string;
  reason: string;
  count: number;
  /** Since it was last seen. */
  ageSeconds: number;
  message: string;
  quote: Quote;
}

/** A volume of the pod that the investigation is about. */
export interface PodVolume {
  name: string;
  kind: string;
  /** `memory` or `disk`, of an emptyDir. */
  medium: string;
  sizeLimitBytes: number | undefined;
  /** Where the kubelet keeps it on the node; '' where that is unknown. */
  path: string;
  /** The folder of the node that it is, for kind hostPath; else ''. */
  hostPath: string;
  /** Where containers see it, such as `app:/scratch`. */
  mountedAt: string;
  quote: Quote;
}

/** One condition of the node. */
export interface NodeCondition {
  node: string;
  type: string;
  status: string;
  ageSeconds: number;
  message: string;
  quote: Quote;
}

/** The service that answers names in the cluster. */
export interface DNSService {
  namespace: string;
  name: string;
  clusterIP: string;
  readyEndpoints: number;
  notReadyEndpoints: number;
  quote: Quote;
}

/** One revision of a workload. */
export interface Rollout {
  namespace: string;
  /** `ReplicaSet` for a Deployment. */
  kind: string;
  name: string;
  revision: number;
  ageSeconds: number;
  isCurrent: boolean;
  /** In what it differs from the revision before; '' where that is unknown. */
  changed: string;
  quote: Quote;
}

/** Reads a pod's line. */
export function toPod(fact: ContextFact<'pod'>): PodState {
  return {
    namespace: fact.text('namespace'),
    name: fact.text('name'),
    uid: fact.text('uid'),
    phase: fact.text('phase'),
    node: fact.text('node'),
    reason: fact.text('reason'),
    message: fact.text('message'),
    ageSeconds: fact.number('age'),
    owner: fact.text('owner'),
    isOwn: fact.isOwn,
    isLeaving: fact.text('deleting_for') !== '',
    quote: fact.quote,
  };
}

/** Reads a container's line. */
export function toContainer(pod: PodState, fact: ContextFact<'container'>): ContainerState {
  return {
    pod,
    name: fact.text('container'),
    isReady: fact.text('ready') === 'yes',
    restarts: fact.number('restarts'),
    state: fact.text('state'),
    ageSeconds: fact.number('age'),
    reason: fact.text('reason'),
    exitCode: fact.maybeNumber('exit_code'),
    lastReason: fact.text('last_reason'),
    lastExitCode: fact.maybeNumber('last_exit_code'),
    lastFinishedSecondsAgo: fact.maybeNumber('last_finished_ago'),
    message: fact.text('message') || fact.text('last_message'),
    cpuLimit: fact.text('cpu_limit'),
    memoryLimitBytes: fact.maybeNumber('memory_limit'),
    image: fact.text('image'),
    quote: fact.quote,
  };
}

/** Reads an event's line. */
export function toEvent(fact: ContextFact<'kube_event'>): ClusterEvent {
  return {
    object: fact.text('object'),
    namespace: fact.text('namespace'),
    container: fact.text('container'),
    type: fact.text('type'),
    reason: fact.text('reason'),
    count: Math.max(1, fact.number('count')),
    ageSeconds: fact.number('age'),
    message: fact.text('message'),
    quote: fact.quote,
  };
}

/** Reads a volume's line. */
export function toVolume(fact: ContextFact<'pod_volume'>): PodVolume {
  return {
    name: fact.text('volume'),
    kind: fact.text('kind'),
    medium: fact.text('medium'),
    sizeLimitBytes: fact.maybeNumber('size_limit'),
    path: fact.text('path'),
    hostPath: fact.text('host_path'),
    mountedAt: fact.text('mounted_at'),
    quote: fact.quote,
  };
}

/** Reads a condition's line. */
export function toCondition(fact: ContextFact<'node_condition'>): NodeCondition {
  return {
    node: fact.text('node'),
    type: fact.text('type'),
    status: fact.text('status'),
    ageSeconds: fact.number('age'),
    message: fact.text('message'),
    quote: fact.quote,
  };
}

/** Reads the line of the DNS service; endpoints that could not be counted leave nothing to say. */
export function toDNSService(fact: ContextFact<'dns_service'>): DNSService[] {
  const ready = fact.maybeNumber('ready_endpoints');
  if (ready === undefined) return [];
  return [
    {
      namespace: fact.text('namespace'),
      name: fact.text('name'),
      clusterIP: fact.text('cluster_ip'),
      readyEndpoints: ready,
      notReadyEndpoints: fact.number('not_ready_endpoints'),
      quote: fact.quote,
    },
  ];
}

/** Reads a revision's line. */
export function toRollout(fact: ContextFact<'rollout'>): Rollout {
  return {
    namespace: fact.text('namespace'),
    kind: fact.text('kind'),
    name: fact.text('name'),
    revision: fact.number('revision'),
    ageSeconds: fact.number('age'),
    isCurrent: fact.text('current') === 'yes',
    changed: fact.text('changed'),
    quote: fact.quote,
  };
}
