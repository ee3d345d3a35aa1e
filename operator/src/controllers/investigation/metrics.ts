import { Counter, Registry } from 'prom-client';
import type { InvestigationMetrics } from './story.ts';

/** Counters of runs; without a registry nobody sees them. */
export function createInvestigationMetrics(registry: Registry = new Registry()): InvestigationMetrics {
  const registers = [registry];
  return {
    steps: new Counter({ name: 'nannyapi_investigation_steps_total', help: 'Steps that were created.', registers }),
    refusals: new Counter({
      name: 'nannyapi_investigation_refusals_total',
      help: 'Actions, replies and verdicts that the operator refused, by rule.',
      labelNames: ['rule'],
      registers,
    }),
    finished: new Counter({
      name: 'nannyapi_investigations_finished_total',
      help: 'Investigations that ended, by the reason of their condition Succeeded.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
