import { nodePod } from './node-pod.ts';
import type { PodFault, PodFaultPlace, PodStatus } from './pod-fault.ts';

/** A container that works without pause and may use a tenth of a core. */
export function throttledPod(place: PodFaultPlace): PodFault {
  const pod = 'reports';
  const container = 'render';
  return {
    pod,
    container,
    objects: [
      nodePod(place, {
        name: pod,
        container,
        script: 'for (let n = 0; ; n += 1) Math.sqrt(n);',
        limits: { cpu: '100m', memory: '128Mi' },
      }),
    ],
    prompt: 'The reports take ten times longer than before, yet the node looks idle.',
    truth: {
      verdict: 'RootCauseFound',
      mechanism: 'CPUThrottling',
      component: `pod ${place.namespace}/${pod} container ${container}\\b`,
    },
    isInForce: isRunning,
  };
}

/** A container that needs more memory than its limit, and is killed for that again and again. */
export function memoryLimitPod(place: PodFaultPlace): PodFault {
  const pod = 'importer';
  const container = 'load';
  return {
    pod,
    container,
    objects: [
      nodePod(place, {
        name: pod,
        container,
        // A page is charged when it is written to, so the buffers are filled.
        script: 'const kept = []; setInterval(() => kept.push(Buffer.alloc(4 << 20, 1)), 100);',
        limits: { memory: '96Mi' },
      }),
    ],
    prompt: 'The importer dies again and again, and the node has free memory.',
    truth: {
      verdict: 'RootCauseFound',
      mechanism: 'OOMKill',
      component: `pod ${place.namespace}/${pod} container ${container}\\b`,
    },
    isInForce: (status) =>
      status.containerStatuses?.some(({ state, lastState }) =>
        [state, lastState].some((known) => known?.terminated?.reason === 'OOMKilled'),
      ) ?? false,
  };
}

/** A container that has filled its emptyDir of medium Memory and goes on trying to write. */
export function fullEmptyDirPod(place: PodFaultPlace): PodFault {
  const pod = 'uploads';
  const container = 'store';
  const script = `const fs = require('node:fs'); let n = 0; const write = () => {
    try { fs.appendFileSync('/scratch/part', Buffer.alloc(1 << 20, 1)); }
    catch (error) { if (n++ % 10 === 0) console.error(error.message); }
    setTimeout(write, n === 0 ? 10 : 500); }; write();`;
  return {
    pod,
    container,
    objects: [
      nodePod(place, {
        name: pod,
        container,
        script,
        limits: { memory: '256Mi' },
        more: { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] },
        podMore: { volumes: [{ name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } }] },
      }),
    ],
    prompt: 'Uploads fail since this morning: the files cannot be written.',
    truth: {
      verdict: 'RootCauseFound',
      mechanism: 'FilesystemFull',
      component: `pod ${place.namespace}/${pod} volume scratch\\b`,
    },
    isInForce: isRunning,
  };
}

/** A pod whose emptyDir on the node's disk outgrows its size limit, for which the kubelet evicts it. */
export function evictedPod(place: PodFaultPlace): PodFault {
  const pod = 'thumbnails';
  const container = 'scale';
  const script = `require('node:fs').writeFileSync('/cache/all', Buffer.alloc(64 << 20, 1)); setInterval(() => {}, 1000);`;
  return {
    pod,
    container,
    objects: [
      nodePod(place, {
        name: pod,
        container,
        script,
        limits: { memory: '256Mi' },
        more: { volumeMounts: [{ name: 'cache', mountPath: '/cache' }] },
        podMore: { restartPolicy: 'Never', volumes: [{ name: 'cache', emptyDir: { sizeLimit: '16Mi' } }] },
      }),
    ],
    prompt: 'The thumbnails pod is gone from one minute to the next.',
    truth: { verdict: 'RootCauseFound', mechanism: 'PodEvicted', component: `pod ${place.namespace}/${pod}\\b` },
    isInForce: (status) => status.reason === 'Evicted',
  };
}

/** A pod that works within its limits: nothing is to be found. */
export function healthyPod(place: PodFaultPlace): PodFault {
  const pod = 'shop';
  const container = 'web';
  return {
    pod,
    container,
    objects: [
      nodePod(place, {
        name: pod,
        container,
        script: 'require("node:http").createServer((_, answer) => answer.end("ok")).listen(8080);',
        limits: { cpu: '500m', memory: '192Mi' },
        more: { readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2 } },
      }),
    ],
    prompt: 'Somebody said that the shop answers slowly. Is anything wrong with it?',
    truth: { verdict: 'NoFaultFound', mechanism: 'None', component: '^$' },
    isInForce: (status) =>
      status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
  };
}

function isRunning(status: PodStatus): boolean {
  return status.containerStatuses?.every(({ state }) => state?.running !== undefined) ?? false;
}
