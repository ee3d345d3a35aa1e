import type { AgentTask } from '@nannyapi/crds';
import type { Cancel, Task } from '@nannyapi/protocol';
import type { ChangeEvent } from '@nannyapi/runtime';
import { agentKeyOf, isOpen } from './task-cache.ts';

/** One event of an agent's stream about one task. */
export type TaskSignal = { event: 'task'; data: Task } | { event: 'cancel'; data: Cancel };

/** A signal, and the key of the agent that it is for. */
export interface AddressedSignal {
  agent: string;
  signal: TaskSignal;
}

/** What an agent that connects is told about one open task. */
export function openingSignals(task: AgentTask): TaskSignal[] {
  const opening: TaskSignal = { event: 'task', data: taskOf(task) };
  return task.spec.cancel ? [opening, cancelOf(task, 'Cancelled')] : [opening];
}

/**
 * What a change of a task is to its agent.
 *
 * Claims and results come from the agent itself, so only three changes are told: a task is new, it was cancelled,
 * it is being deleted.
 */
export function signalsOf(change: ChangeEvent<AgentTask>): AddressedSignal[] {
  const { object: task, previous } = change;
  const agent = agentKeyOf(task);
  const address = (signals: TaskSignal[]) => signals.map((signal) => ({ agent, signal }));
  if (task.status?.outcome !== undefined) return [];
  if (change.type === 'Added') return isOpen(task) ? address(openingSignals(task)) : [];
  const wasGoing = previous?.metadata.deletionTimestamp !== undefined;
  const isGoing = change.type === 'Deleted' || task.metadata.deletionTimestamp !== undefined;
  if (isGoing) return wasGoing ? [] : address([cancelOf(task, 'Deleted')]);
  return task.spec.cancel && !previous?.spec.cancel ? address([cancelOf(task, 'Cancelled')]) : [];
}

/**
 * A task as its agent sees it: neither what the policy refused nor what the API server knows ever reaches the host.
 *
 * An agent knows its own namespace, and an older one would refuse a reference that tells it.
 */
function taskOf(task: AgentTask): Task {
  const { refused: _refused, clusterContext: _context, agentRef, ...rest } = task.spec;
  const spec = { ...rest, agentRef: { name: agentRef.name } };
  return {
    uid: task.metadata.uid ?? '',
    name: task.metadata.name ?? '',
    namespace: task.metadata.namespace ?? '',
    spec,
    ...(task.status?.claim ? { claim: task.status.claim } : {}),
  };
}

function cancelOf(task: AgentTask, reason: Cancel['reason']): TaskSignal {
  return { event: 'cancel', data: { uid: task.metadata.uid ?? '', reason } };
}
