import { nodePod, nodePodSpec } from './node-pod.ts';
import type { KubernetesObject, PodFault, PodFaultPlace, PodStatus } from './pod-fault.ts';

/** A program that says why it cannot start, and ends with exit code 3, again and again. */
export function crashLoopPod(place: PodFaultPlace): PodFault {
  return faultOfStart(place, {
    pod: 'billing',
    container: 'worker',
    mechanism: 'CrashLoop',
    prompt: 'Billing is down, its pod restarts all the time.',
    script: `console.error('billing: cannot read /etc/billing/rates.json: no such file'); process.exit(3);`,
    // Two ends make a loop; one may be chance.
    isInForce: (status) => (status.containerStatuses?.[0]?.restartCount ?? 0) >= 2,
  });
}

/** A healthy program that the kubelet kills, because its liveness probe asks the wrong thing. */
export function livenessKilledPod(place: PodFaultPlace): PodFault {
  return faultOfStart(place, {
    pod: 'search',
    container: 'index',
    mechanism: 'LivenessProbeFailing',
    prompt: 'The search service restarts every few seconds.',
    script: 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);',
    more: {
      livenessProbe: { tcpSocket: { port: 9090 }, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 2 },
    },
    isInForce: (status) => (status.containerStatuses?.[0]?.restartCount ?? 0) >= 2,
  });
}

/** A program that runs and never becomes ready, because nothing listens where the probe asks. */
export function neverReadyPod(place: PodFaultPlace): PodFault {
  return faultOfStart(place, {
    pod: 'catalog',
    container: 'api',
    mechanism: 'ReadinessProbeFailing',
    prompt: 'The catalog gets no traffic, although its pod runs.',
    script: 'setInterval(() => {}, 1000);',
    more: { readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2 } },
    isInForce: (status) => status.containerStatuses?.[0]?.state?.running !== undefined,
  });
}

/** A container whose image is not to be had. */
export function missingImagePod(place: PodFaultPlace): PodFault {
  return faultOfStart(place, {
    pod: 'checkout',
    container: 'web',
    mechanism: 'ImagePullFailure',
    prompt: 'The checkout does not start after the release.',
    script: '',
    more: { image: 'registry.invalid/shop/checkout:v2', command: ['/checkout'] },
    isInForce: isWaitingFor(/^(?:ErrImagePull|ImagePullBackOff)$/u),
  });
}

/** A container that names a ConfigMap which is not there. */
export function missingConfigPod(place: PodFaultPlace): PodFault {
  return faultOfStart(place, {
    pod: 'mailer',
    container: 'send',
    mechanism: 'ContainerConfigError',
    prompt: 'The mailer does not start.',
    script: 'setInterval(() => {}, 1000);',
    more: { envFrom: [{ configMapRef: { name: 'mailer-settings' } }] },
    isInForce: isWaitingFor(/^CreateContainerConfigError$/u),
  });
}

/** A container whose command is not in its image. */
export function missingCommandPod(place: PodFaultPlace): PodFault {
  return faultOfStart(place, {
    pod: 'gateway',
    container: 'proxy',
    mechanism: 'ContainerStartError',
    prompt: 'The gateway does not start.',
    script: '',
    more: { command: ['/opt/gateway/serve'] },
    isInForce: (status) =>
      /^(?:RunContainerError|CrashLoopBackOff)$/u.test(status.containerStatuses?.[0]?.state?.waiting?.reason ?? ''),
  });
}

/** A pod that asks for more than any node has. */
export function unschedulablePod(place: PodFaultPlace): PodFault {
  const { nodeName: _, ...anywhere } = place;
  return faultOfStart(anywhere, {
    pod: 'trainer',
    container: 'fit',
    mechanism: 'PodUnschedulable',
    prompt: 'The trainer is pending since an hour.',
    script: 'setInterval(() => {}, 1000);',
    requests: { cpu: '1000' },
    isInForce: (status) => status.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false,
  });
}

/**
 * A Deployment before and after a release that does not start; apply `before`, wait until it is rolled out, apply `after`.
 *
 * Its pods are named by the ReplicaSet, so the component is a pattern.
 */
export function badRelease(place: PodFaultPlace): {
  before: KubernetesObject;
  after: KubernetesObject;
  truth: PodFault['truth'];
} {
  const release = (script: string): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: place.namespace, labels: { app: 'cart' } },
    spec: {
      replicas: 1,
      // The old pods go at once, so that the new one is the only one.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: 'cart' } },
      template: {
        metadata: { labels: { app: 'cart' } },
        spec: nodePodSpec(place, { name: 'cart', container: 'app', script }),
      },
    },
  });
  return {
    before: release('setInterval(() => {}, 1000);'),
    after: release(`console.error('cart: unknown setting "curency"'); process.exit(1);`),
    truth: {
      verdict: 'RootCauseFound',
      mechanism: 'CrashLoop',
      component: `pod ${place.namespace}/cart-[a-z0-9]+-[a-z0-9]+ container app\\b`,
    },
  };
}

interface FaultOfStart {
  pod: string;
  container: string;
  mechanism: string;
  prompt: string;
  script: string;
  requests?: Readonly<Record<string, string>>;
  more?: Readonly<Record<string, unknown>>;
  isInForce: PodFault['isInForce'];
}

function faultOfStart(place: PodFaultPlace, fault: FaultOfStart): PodFault {
  const { pod, container, script, requests, more, mechanism, prompt, isInForce } = fault;
  return {
    pod,
    container,
    objects: [
      nodePod(place, {
        name: pod,
        container,
        script,
        ...(requests === undefined ? {} : { requests }),
        ...(more === undefined ? {} : { more }),
      }),
    ],
    prompt,
    truth: { verdict: 'RootCauseFound', mechanism, component: `pod ${place.namespace}/${pod}\\b` },
    isInForce,
  };
}

function isWaitingFor(reason: RegExp): (status: PodStatus) => boolean {
  return (status) => reason.test(status.containerStatuses?.[0]?.state?.waiting?.reason ?? '');
}
