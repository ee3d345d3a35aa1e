import type { KubernetesObject, PodFaultPlace } from './pod-fault.ts';

/** The container of a pod that runs one script in Node. */
export interface NodePod {
  name: string;
  container: string;
  /** JavaScript for `node -e`; it must not end by itself unless that is the fault. */
  script: string;
  requests?: Readonly<Record<string, string>>;
  limits?: Readonly<Record<string, string>>;
  /** More fields of the container. */
  more?: Readonly<Record<string, unknown>>;
  /** More fields of the pod's spec. */
  podMore?: Readonly<Record<string, unknown>>;
}

/** Builds a pod that is gone soon after it is deleted and fits the `restricted` pod security standard. */
export function nodePod(place: PodFaultPlace, pod: NodePod): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace: place.namespace, labels: { app: pod.name } },
    spec: nodePodSpec(place, pod),
  };
}

/** The spec of such a pod, for templates. */
export function nodePodSpec(place: PodFaultPlace, pod: NodePod): Record<string, unknown> {
  return {
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(place.nodeName === undefined ? {} : { nodeName: place.nodeName }),
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: pod.container,
        image: place.image,
        imagePullPolicy: 'IfNotPresent',
        command: ['/usr/local/bin/node', '-e', pod.script],
        resources: { requests: pod.requests ?? { cpu: '10m', memory: '32Mi' }, limits: pod.limits ?? {} },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        ...pod.more,
      },
    ],
    ...pod.podMore,
  };
}
