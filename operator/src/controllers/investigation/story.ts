import type { AgentTask, Investigation } from '@nannyapi/crds';
import { findCondition, type EventRecorder } from '@nannyapi/runtime';
import type { Counter } from 'prom-client';
import { succeededOf, type Run } from './run.ts';

/** Counters of what runs come to. */
export interface InvestigationMetrics {
  steps: Counter;
  refusals: Counter<'rule'>;
  finished: Counter<'reason'>;
}

/** Tells what happened to a run, for `kubectl describe` and for metrics. Nothing depends on it. */
export class Story {
  readonly #events: EventRecorder;
  readonly #metrics: InvestigationMetrics;

  constructor(deps: { events: EventRecorder; metrics: InvestigationMetrics }) {
    this.#events = deps.events;
    this.#metrics = deps.metrics;
  }

  started({ investigation, target }: Run, task: AgentTask): void {
    this.#metrics.steps.inc();
    this.#normal(
      investigation,
      'Accepted',
      `Agent ${target.agent?.name} collects the context: AgentTask ${task.metadata.name}`,
    );
  }

  stepCreated({ investigation }: Run, { spec, metadata }: AgentTask): void {
    this.#metrics.steps.inc();
    for (const { rule, message = '', action } of spec.refused ?? []) {
      this.#metrics.refusals.inc({ rule });
      const reason = REFUSAL_REASONS[rule] ?? 'ActionRefused';
      this.#warning(investigation, reason, `${action.slice(0, 200)}: ${message}`);
    }
    const count = (spec.actions ?? []).length;
    if (count === 0) return;
    const what = `${count} ${count === 1 ? 'action' : 'actions'} to test: ${spec.hypothesis}`;
    this.#normal(investigation, 'StepCreated', `AgentTask ${metadata.name}, ${what}`);
  }

  /** Told when a run cannot begin, with what would help. */
  notAccepted(investigation: Investigation): void {
    const { reason = 'Unknown', message = '' } = findCondition(investigation.status?.conditions, 'Accepted') ?? {};
    this.#warning(investigation, reason, message);
  }

  /** Told when the ending is stored, so that a pass that has to be repeated does not tell it twice. */
  ended(investigation: Investigation): void {
    const { reason = 'Unknown', message = '' } = succeededOf(investigation) ?? {};
    const { resolution } = investigation.status ?? {};
    this.#metrics.finished.inc({ reason });
    if (resolution) this.#normal(investigation, reason, resolution.rootCause?.statement ?? message);
    else this.#warning(investigation, reason, message);
  }

  #normal(about: Investigation, reason: string, message: string): void {
    this.#events.record(about, { type: 'Normal', reason, message });
  }

  #warning(about: Investigation, reason: string, message: string): void {
    this.#events.record(about, { type: 'Warning', reason, message });
  }
}

const REFUSAL_REASONS: Readonly<Record<string, string>> = {
  'verdict.grounding': 'VerdictRefused',
  'reply.schema': 'ReplyRefused',
};
