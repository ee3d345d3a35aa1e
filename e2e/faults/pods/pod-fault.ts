/** A Kubernetes object as it is sent to `kubectl apply -f -`. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; labels?: Readonly<Record<string, string>> };
  [part: string]: unknown;
}

/** Where a faulty pod is to run. */
export interface PodFaultPlace {
  namespace: string;
  /** An image that is on the node already and holds Node at `/usr/local/bin/node`; it may run as any user. */
  image: string;
  /** Ties the pod to this node; any node unless said. */
  nodeName?: string;
}

/** What an Investigation of the pod must answer. */
export interface PodVerdict {
  verdict: 'RootCauseFound' | 'NoFaultFound';
  /** The `rootCause.mechanism`; 'None' where no fault is to be found. */
  mechanism: string;
  /** Source of a regular expression that `rootCause.component` must match; it names the pod, and the container where one is at fault. */
  component: string;
}

/** The part of a Pod's status by which one tells that a fault is in force. */
export interface PodStatus {
  phase?: string;
  reason?: string;
  conditions?: readonly { type: string; status: string; reason?: string }[];
  containerStatuses?: readonly {
    name: string;
    restartCount: number;
    ready: boolean;
    state?: ContainerState;
    lastState?: ContainerState;
  }[];
}

/** State of a container; exactly one of the three is there. */
export interface ContainerState {
  waiting?: { reason?: string };
  running?: object;
  terminated?: { exitCode: number; reason?: string };
}

/** One pod with a plain fault, or with none. */
export interface PodFault {
  /** The name of the pod, and of the container in it. */
  pod: string;
  container: string;
  /** To be applied in this order; deleting them undoes the fault. */
  objects: readonly KubernetesObject[];
  /** The symptom, as somebody would tell it who does not know the cause. */
  prompt: string;
  truth: PodVerdict;
  /** True once the fault is in force as far as the API server knows; then it can be investigated. */
  isInForce(status: PodStatus): boolean;
}
