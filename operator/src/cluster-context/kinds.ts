/**
 * The kinds of Kubernetes that the operator reads, as far as it reads them.
 *
 * They are read live, for one run, and never watched: an informer of all pods would cost rights and memory that a few
 * reads do not. None of them is Secret or ConfigMap.
 */
import type { KubeObject, ResourceType } from '@nannyapi/runtime';

/** A condition as these kinds have it. */
export interface KindCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastHeartbeatTime?: string;
}

/** Amounts by resource name, as Kubernetes quantities. */
export type Amounts = Readonly<Record<string, string>>;

/** What a container asks for and may have. */
export interface ResourceNeeds {
  requests?: Amounts;
  limits?: Amounts;
}

/** One probe; what it sends is not read. */
export interface Probe {
  httpGet?: object;
  tcpSocket?: object;
  grpc?: object;
  exec?: object;
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
}

/** One variable; its value is compared with that of another revision and never told. */
export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: unknown;
}

/** A container of a pod or of a template. */
export interface ContainerSpec {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: unknown[];
  resources?: ResourceNeeds;
  restartPolicy?: string;
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
}

/** A volume of a pod. */
export interface VolumeSpec {
  name: string;
  emptyDir?: { medium?: string; sizeLimit?: string };
  hostPath?: { path: string };
  persistentVolumeClaim?: { claimName: string };
  secret?: object;
  [source: string]: unknown;
}

/** What a pod is to be. */
export interface PodSpec {
  nodeName?: string;
  hostNetwork?: boolean;
  priorityClassName?: string;
  dnsPolicy?: string;
  dnsConfig?: { nameservers?: string[]; searches?: string[]; options?: { name?: string; value?: string }[] };
  containers: ContainerSpec[];
  initContainers?: ContainerSpec[];
  overhead?: Amounts;
  volumes?: VolumeSpec[];
}

/** How a container ended. */
export interface Terminated {
  exitCode: number;
  signal?: number;
  reason?: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
}

/** What a container is doing; one of the three is there. */
export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: Terminated;
}

/** What the kubelet says of a container. */
export interface ContainerStatus {
  name: string;
  state?: ContainerState;
  lastState?: ContainerState;
  ready: boolean;
  restartCount: number;
  containerID?: string;
}

/** `v1 Pod`. */
export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    qosClass?: string;
    podIP?: string;
    conditions?: KindCondition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

/** `v1 Node`. */
export interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string; timeAdded?: string }[] };
  status?: {
    capacity?: Amounts;
    allocatable?: Amounts;
    conditions?: KindCondition[];
    addresses?: { type: string; address: string }[];
    nodeInfo?: {
      kubeletVersion?: string;
      containerRuntimeVersion?: string;
      osImage?: string;
      kernelVersion?: string;
    };
  };
}

/** `v1 Event`. */
export interface KubeEvent extends KubeObject {
  involvedObject: { kind?: string; namespace?: string; name?: string; uid?: string; fieldPath?: string };
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string };
  source?: { component?: string };
  reportingComponent?: string;
}

/** What the kinds that run pods have in common. */
export interface Workload extends KubeObject {
  spec?: {
    replicas?: number;
    paused?: boolean;
    selector?: { matchLabels?: Readonly<Record<string, string>> };
    template?: { spec?: PodSpec };
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    unavailableReplicas?: number;
    updateRevision?: string;
    desiredNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberReady?: number;
    numberAvailable?: number;
    numberUnavailable?: number;
    conditions?: KindCondition[];
  };
}

/** `v1 Service`, as far as a cluster's DNS needs it. */
export interface Service extends KubeObject {
  spec?: { clusterIP?: string };
}

/** `discovery.k8s.io/v1 EndpointSlice`. */
export interface EndpointSlice extends KubeObject {
  endpoints?: { conditions?: { ready?: boolean }; targetRef?: { kind?: string; name?: string } }[];
}

const kind = (group: string, name: string, plural: string, namespaced = true): ResourceType => ({
  group,
  version: 'v1',
  kind: name,
  plural,
  namespaced,
});

/** Where the API server keeps each kind. */
export const PodResource = kind('', 'Pod', 'pods');
export const NodeResource = kind('', 'Node', 'nodes', false);
export const EventResource = kind('', 'Event', 'events');
export const ServiceResource = kind('', 'Service', 'services');
export const EndpointSliceResource = kind('discovery.k8s.io', 'EndpointSlice', 'endpointslices');
export const ReplicaSetResource = kind('apps', 'ReplicaSet', 'replicasets');

/** The kinds whose rollouts are told, by kind. */
export const WORKLOADS: Readonly<Record<string, ResourceType>> = {
  Deployment: kind('apps', 'Deployment', 'deployments'),
  StatefulSet: kind('apps', 'StatefulSet', 'statefulsets'),
  DaemonSet: kind('apps', 'DaemonSet', 'daemonsets'),
};
