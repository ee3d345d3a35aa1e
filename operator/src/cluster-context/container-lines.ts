import { factLine, type FactValue, type FieldName } from '@nannyapi/protocol';
import { ageOf, secondsSince } from './age.ts';
import type { ContainerSpec, ContainerState, ContainerStatus, Pod, Terminated } from './kinds.ts';
import { amountOf } from './quantity.ts';

type Fields = Partial<Record<FieldName<'container'>, FactValue>>;

/** How the containers of a pod are told. */
export interface ContainerView {
  now: Date;
  /** uid of the pod that the run is about. */
  askedUID?: string | undefined;
}

/**
 * One line a container, those that run beside each other first, then those that ran before.
 *
 * What a container was told (command, arguments, variables) may hold secrets and is not told; nor is what it wrote as its
 * last words, which the kubelet takes from a file or the log of the container.
 */
export function containerLines(pod: Pod, view: ContainerView): string[] {
  const { spec, status } = pod;
  const main = spec.containers.map((container) =>
    line(pod, container, { ...view, statuses: status?.containerStatuses }),
  );
  const init = (spec.initContainers ?? [])
    .map((container) => ({ container, found: statusOf(container, status?.initContainerStatuses) }))
    // One that did its work is history.
    .filter(({ container, found }) => container.restartPolicy === 'Always' || found?.state?.terminated?.exitCode !== 0)
    .map(({ container }) =>
      line(pod, container, {
        ...view,
        statuses: status?.initContainerStatuses,
        init: container.restartPolicy === 'Always' ? 'sidecar' : 'yes',
      }),
    );
  return [...main, ...init];
}

interface LineView extends ContainerView {
  statuses: readonly ContainerStatus[] | undefined;
  init?: 'yes' | 'sidecar';
}

function line({ metadata, status }: Pod, container: ContainerSpec, view: LineView): string {
  const found = statusOf(container, view.statuses);
  const { requests = {}, limits = {} } = container.resources ?? {};
  return factLine('container', {
    namespace: metadata.namespace,
    pod: metadata.name,
    container: container.name,
    asked: metadata.uid === view.askedUID || undefined,
    own: metadata.labels?.['app.kubernetes.io/name'] === 'nannyapi' || undefined,
    init: view.init,
    id: found?.containerID?.replace(/^[a-z-]+:\/\//u, ''),
    ...(found ? stateFields(found.state, view.now) : { state: status?.phase === 'Pending' ? 'waiting' : undefined }),
    ready: found?.ready,
    restarts: found?.restartCount,
    ...(found ? lastFields(found.lastState?.terminated, view.now) : {}),
    cpu_request: amountOf('cpu', requests['cpu']),
    cpu_limit: amountOf('cpu', limits['cpu']),
    memory_request: amountOf('memory', requests['memory']),
    memory_limit: amountOf('memory', limits['memory']),
    storage_limit: amountOf('ephemeral-storage', limits['ephemeral-storage']),
    image: container.image,
  });
}

function statusOf({ name }: ContainerSpec, statuses: readonly ContainerStatus[] = []): ContainerStatus | undefined {
  return statuses.find((status) => status.name === name);
}

function stateFields(state: ContainerState | undefined, now: Date): Fields {
  const { waiting, running, terminated } = state ?? {};
  if (running) return { state: 'running', age: ageOf(running.startedAt, now) };
  if (terminated) {
    return {
      state: 'terminated',
      reason: terminated.reason,
      exit_code: terminated.exitCode,
      signal: terminated.signal,
      age: ageOf(terminated.finishedAt, now),
      message: wordsOf(terminated),
    };
  }
  return { state: 'waiting', reason: waiting?.reason, message: waiting?.message };
}

function lastFields(last: Terminated | undefined, now: Date): Fields {
  if (!last) return {};
  const ran = secondsSince(last.startedAt, new Date(Date.parse(last.finishedAt ?? '')));
  return {
    last_reason: last.reason,
    last_exit_code: last.exitCode,
    last_signal: last.signal,
    last_finished_ago: ageOf(last.finishedAt, now),
    last_ran_for: ran === undefined || last.startedAt?.startsWith('1970-') ? undefined : `${ran}s`,
    last_message: wordsOf(last),
  };
}

/** Reasons whose message is the runtime's, for the container never ran. */
const NEVER_RAN = new Set(['StartError', 'ContainerCannotRun']);

function wordsOf({ reason = '', message }: Terminated): string | undefined {
  return NEVER_RAN.has(reason) ? message : undefined;
}
