import { InvestigationCondition, STEP_LABEL, type AgentTask, type Investigation } from '@nannyapi/crds';
import { evidenceID, type Progress } from '@nannyapi/protocol';
import { findCondition, type Condition } from '@nannyapi/runtime';
import type { RunEvent } from './run-event.ts';

/** Everything that is known of one run. */
export interface RunState {
  investigation: Investigation;
  /** Its tasks, in any order. */
  tasks: readonly AgentTask[];
  /** What agents told of tasks that still run. */
  progressOf(taskUID: string): readonly Progress[];
}

/** The number of a task's step; tasks without one are not part of a run. */
export function stepOf(task: AgentTask): number | undefined {
  const label = task.metadata.labels?.[STEP_LABEL];
  return label !== undefined && /^\d{1,3}$/.test(label) ? Number(label) : undefined;
}

/**
 * All events of a run so far, from the first on, without its end.
 *
 * They come from stored objects alone (and, for actions that run at this moment, from what the agent tells), so a
 * follower that comes late or comes back sees the same events with the same ids.
 */
export function deriveRunEvents(state: RunState): RunEvent[] {
  const { investigation, tasks } = state;
  const steps = tasks
    .flatMap((task) => {
      const step = stepOf(task);
      return step === undefined ? [] : [{ step, task }];
    })
    .toSorted((a, b) => a.step - b.step);
  // The operator creates the first task before it writes that the run was accepted; people hear it in the other order.
  const isTold = findCondition(investigation.status?.conditions, InvestigationCondition.Accepted) !== undefined;
  if (!isTold && !verdictEvent(investigation)) return [];
  return [
    ...conditionEvents(investigation),
    ...steps.flatMap(({ step, task }) => stepEvents(step, task, state.progressOf(task.metadata.uid ?? ''))),
    ...(investigation.status?.findings ?? []).map((finding): RunEvent => ({
      type: 'finding',
      id: `finding/${finding.mechanism}/${finding.component}/${finding.evidence[0]?.id ?? ''}`,
      data: finding,
    })),
  ];
}

/** The last event of a run that is over; `undefined` while it goes on. */
export function verdictEvent(investigation: Investigation): RunEvent | undefined {
  const summary = findCondition(investigation.status?.conditions, InvestigationCondition.Succeeded);
  if (!summary || summary.status === 'Unknown') return undefined;
  const { resolution, usage, completionTime } = investigation.status ?? {};
  return {
    type: 'verdict',
    id: 'verdict',
    data: {
      succeeded: summary.status === 'True',
      reason: summary.reason,
      message: summary.message,
      ...(resolution ? { resolution } : {}),
      ...(usage ? { usage } : {}),
      ...time(completionTime),
    },
  };
}

function conditionEvents(investigation: Investigation): RunEvent[] {
  const { metadata, spec, status } = investigation;
  const accepted = findCondition(status?.conditions, InvestigationCondition.Accepted);
  const ready = findCondition(status?.conditions, InvestigationCondition.AgentReady);
  const events: RunEvent[] = [];
  if (accepted?.status === 'False') events.push(waiting(accepted));
  if (accepted?.status === 'True') {
    const data = {
      name: metadata.name ?? '',
      namespace: metadata.namespace ?? '',
      prompt: spec.prompt,
      ...(spec.agentRef ? { agent: spec.agentRef.name } : {}),
      ...time(accepted.lastTransitionTime),
    };
    events.push({ type: 'accepted', id: 'accepted', data });
  }
  if (ready?.status === 'False') events.push(waiting(ready));
  return events;
}

function waiting({ type, reason, message }: Condition): RunEvent {
  return { type: 'waiting', id: `waiting/${type}/${reason}`, data: { condition: type, reason, message } };
}

function stepEvents(step: number, task: AgentTask, progress: readonly Progress[]): RunEvent[] {
  const { spec, status, metadata } = task;
  const created: RunEvent = {
    type: 'step',
    id: `step/${step}`,
    data: {
      step,
      task: metadata.name ?? '',
      type: spec.type,
      ...(spec.hypothesis ? { hypothesis: spec.hypothesis } : {}),
      actions: spec.actions ?? [],
      refused: spec.refused ?? [],
      ...time(metadata.creationTimestamp),
    },
  };
  const told = progress.map((entry) => progressEvent(step, entry));
  if (status?.outcome === undefined) return [created, ...told];
  const ended: RunEvent = {
    type: 'step-ended',
    id: `step/${step}/ended`,
    data: {
      step,
      outcome: status.outcome,
      ...(status.message ? { message: status.message } : {}),
      ...time(status.completionTime),
    },
  };
  return [created, ...told, ...(status.results ?? []).flatMap((result) => resultEvents(step, result)), ended];
}

function progressEvent(step: number, { actionID, state, source, outcome, time: at }: Progress): RunEvent {
  const data = { step, actionID, evidenceID: evidenceID(step, actionID), source, time: at };
  return state === 'Started'
    ? { type: 'action-started', id: `step/${step}/${actionID}/started`, data }
    : { type: 'action-ended', id: `step/${step}/${actionID}/ended`, data: { ...data, outcome: outcome ?? 'Unknown' } };
}

type Result = NonNullable<NonNullable<AgentTask['status']>['results']>[number];

function resultEvents(step: number, result: Result): RunEvent[] {
  const { actionID, source, outcome, message, startTime, completionTime } = result;
  const data = { step, actionID, evidenceID: evidenceID(step, actionID), source };
  return [
    { type: 'action-started', id: `step/${step}/${actionID}/started`, data: { ...data, ...time(startTime) } },
    {
      type: 'action-ended',
      id: `step/${step}/${actionID}/ended`,
      data: { ...data, outcome, ...(message ? { message } : {}), ...time(completionTime) },
    },
  ];
}

function time(at: string | undefined): { time?: string } {
  return at === undefined ? {} : { time: at };
}
