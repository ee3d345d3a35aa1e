import type { PodState } from './cluster-objects.ts';

/** Kinds of owner whose template `kubectl set` and `kubectl rollout` understand. */
const WORKLOADS: Readonly<Record<string, string>> = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
};

/** The workload that a pod belongs to, as kubectl names it (`deployment/web`); `undefined` for a pod of its own, or of another kind. */
export function workloadOf(pod: PodState): string | undefined {
  for (const owner of pod.owner.split(/[\s,>]+/u).reverse()) {
    const [kind = '', name] = owner.split('/');
    const known = WORKLOADS[kind];
    if (known !== undefined && name !== undefined && name !== '') return `${known}/${name}`;
  }
  return undefined;
}

/** `kubectl -n shop describe pod web-1`. */
export function describePod(pod: PodState): string {
  return `\`kubectl -n ${pod.namespace} describe pod ${pod.name}\``;
}

/** A command that shows the pod's template: of its workload, else of itself. */
export function showTemplate(pod: PodState): string {
  return `\`kubectl -n ${pod.namespace} get ${workloadOf(pod) ?? `pod/${pod.name}`} -o yaml\``;
}

/** Says how to change a limit of a container: `cpu=200m` or `memory=128Mi`. */
export function setLimit(pod: PodState, container: string, limit: string): string {
  const workload = workloadOf(pod);
  const which = container === '' ? '' : ` -c ${container}`;
  return workload === undefined
    ? `set \`resources.limits\` (${limit}) in the manifest of pod ${pod.name} and create it anew (\`kubectl -n ${pod.namespace} get pod ${pod.name} -o yaml\`); nothing owns it, so nothing else changes it`
    : `\`kubectl -n ${pod.namespace} set resources ${workload}${which} --limits=${limit}\` (it rolls the pods; undone by \`kubectl -n ${pod.namespace} rollout undo ${workload}\`), and in the manifest that the cluster is made from`;
}

/** Says how to mend the template of a pod. */
export function editTemplate(pod: PodState): string {
  const workload = workloadOf(pod);
  return workload === undefined
    ? `mend its manifest and create the pod anew (\`kubectl -n ${pod.namespace} get pod ${pod.name} -o yaml\`)`
    : `\`kubectl -n ${pod.namespace} edit ${workload}\` (undone by \`kubectl -n ${pod.namespace} rollout undo ${workload}\`), and in the manifest that the cluster is made from`;
}

/** Twice so many cores, as one writes it: `250m`, `2`. */
export function twiceCpu(cores: string): string {
  const millis = Math.round(2000 * Number.parseFloat(cores));
  if (Number.isNaN(millis) || millis <= 0) return '500m';
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

/** Twice so many bytes, in mebibytes. */
export function twiceMemory(bytes: number | undefined): string {
  return bytes === undefined || bytes <= 0 ? '512Mi' : `${Math.ceil((2 * bytes) / 1024 ** 2)}Mi`;
}
