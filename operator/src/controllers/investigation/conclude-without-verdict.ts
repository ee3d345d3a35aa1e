import { refusedInARow, type RunBudget } from './budget.ts';
import type { Ending } from './ending.ts';
import type { Run } from './run.ts';

/**
 * How a run ends whose diagnostician was asked for a conclusion and gave none that could be accepted.
 *
 * Replies that nobody could read are a failure of the diagnostician; replies whose proof did not stand leave the
 * question open, which is a verdict. What the built-in rules found stays in `status.findings` either way.
 */
export function concludeWithoutVerdict(run: Run, budget: RunBudget): Ending {
  const refusals = refusedInARow(run.steps).flatMap(({ task }) => task.spec.refused ?? []);
  const last = refusals.at(-1);
  const why = last === undefined ? '' : ` The last refusal: ${last.message ?? last.rule}`;
  if (refusals.length > 0 && refusals.every(({ rule }) => rule === 'reply.schema')) {
    const message = `The diagnostician's replies could not be read, ${refusals.length} times in a row.${why}`;
    return { reason: 'DiagnosticianFailed', message };
  }
  const because = budget.mustConcludeBecause ?? 'the run had to end';
  const message = `No verdict could be proved before the run had to end: ${because}.${why}`;
  return {
    reason: 'Inconclusive',
    message,
    resolution: {
      verdict: 'Inconclusive',
      evidence: [],
      ruledOut: [],
      plan: 'No cause could be proved. Look at `status.findings` and at the evidence of each step, then ask again with a more exact prompt or with larger `spec.limits`.',
      confidence: 'Low',
    },
  };
}
