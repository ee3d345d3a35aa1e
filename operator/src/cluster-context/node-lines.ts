import { factLine, withUnit } from '@nannyapi/protocol';
import { ageOf } from './age.ts';
import type { Amounts, Node, Pod, ResourceNeeds } from './kinds.ts';
import { amountOf, quantityOf } from './quantity.ts';

/** How a node is told. */
export interface NodeView {
  now: Date;
  /** Its pods; absent when they could not be read. */
  pods?: readonly Pod[] | undefined;
  isAsked: boolean;
}

/** Lines of a node: itself, its conditions (trouble first), taints, and what its pods ask of it. */
export function nodeLines(node: Node, view: NodeView): string[] {
  return [nodeLine(node, view), ...conditionLines(node, view), ...taintLines(node, view), ...resourceLines(node, view)];
}

function nodeLine({ metadata, spec, status }: Node, { now, pods, isAsked }: NodeView): string {
  const info = status?.nodeInfo;
  return factLine('node', {
    name: metadata.name,
    asked: isAsked || undefined,
    ready: status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    unschedulable: spec?.unschedulable ?? false,
    deleting_for: ageOf(metadata.deletionTimestamp, now),
    kubelet: info?.kubeletVersion,
    runtime: info?.containerRuntimeVersion,
    os_image: info?.osImage,
    kernel: info?.kernelVersion,
    age: ageOf(metadata.creationTimestamp, now),
    pods: pods?.length,
    addresses:
      status?.addresses
        ?.filter(({ type }) => type.endsWith('IP'))
        .map(({ address }) => address)
        .join(',') || undefined,
  });
}

/** `Ready` should be True, the others (pressure, network) False. */
function isTrouble({ type, status }: { type: string; status: string }): boolean {
  return type === 'Ready' ? status !== 'True' : status !== 'False';
}

function conditionLines({ metadata, status }: Node, { now }: NodeView): string[] {
  return (status?.conditions ?? [])
    .toSorted((a, b) => Number(isTrouble(b)) - Number(isTrouble(a)))
    .map((condition) =>
      factLine('node_condition', {
        node: metadata.name,
        type: condition.type,
        status: condition.status,
        trouble: isTrouble(condition),
        reason: condition.reason,
        age: ageOf(condition.lastTransitionTime, now),
        heartbeat_age: ageOf(condition.lastHeartbeatTime, now),
        message: condition.message,
      }),
    );
}

function taintLines({ metadata, spec }: Node, { now }: NodeView): string[] {
  return (spec?.taints ?? []).map(({ key, value, effect, timeAdded }) =>
    factLine('node_taint', { node: metadata.name, key, value, effect, age: ageOf(timeAdded, now) }),
  );
}

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage', 'pods'] as const;

function resourceLines({ metadata, status }: Node, { pods }: NodeView): string[] {
  const active = pods?.filter((pod) => !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''));
  return RESOURCES.filter((resource) => status?.capacity?.[resource] !== undefined).map((resource) => {
    const allocatable = quantityOf(status?.allocatable?.[resource]);
    const asked = (kind: keyof ResourceNeeds) =>
      resource === 'pods' ? active?.length : active?.reduce((sum, pod) => sum + needOf(pod, kind, resource), 0);
    const requests = asked('requests');
    const limits = resource === 'pods' ? undefined : asked('limits');
    return factLine('node_resource', {
      node: metadata.name,
      resource,
      capacity: amountOf(resource, status?.capacity?.[resource]),
      allocatable: amountOf(resource, status?.allocatable?.[resource]),
      requests: amountOf(resource, requests),
      requests_share: shareOf(requests, allocatable),
      limits: amountOf(resource, limits),
      limits_share: shareOf(limits, allocatable),
    });
  });
}

function shareOf(part: number | undefined, whole: number | undefined): string | undefined {
  return part === undefined || !whole ? undefined : withUnit(Math.round((part / whole) * 100), '%');
}

/** What the scheduler counts a pod with: the sum of its containers, or one that runs before them and needs more. */
function needOf({ spec }: Pod, kind: keyof ResourceNeeds, resource: string): number {
  const need = (container: { resources?: ResourceNeeds }): number => amount(container.resources?.[kind], resource);
  const init = spec.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const beside = [...spec.containers, ...sidecars].reduce((sum, container) => sum + need(container), 0);
  return Math.max(beside, ...init.map(need)) + amount(spec.overhead, resource);
}

function amount(amounts: Amounts | undefined, resource: string): number {
  return quantityOf(amounts?.[resource]) ?? 0;
}
