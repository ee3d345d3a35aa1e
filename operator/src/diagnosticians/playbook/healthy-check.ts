import type { MoveAction, Quote } from '../../moves/move.ts';
import type { DiagnosisStep } from '../diagnostician.ts';
import { runs, runsIfPresent } from './candidate.ts';
import type { RuleInput } from './candidate.ts';
import { readPressureReading } from './readings/pressure-reading.ts';
import { quoteLine, resultsOf } from './readings/step-results.ts';

/** The hypothesis of the step that looks again at a machine without findings; it also tells that step from others. */
export const HEALTHY_HYPOTHESIS = 'HealthyHost: no resource is short, now as in the first sample';

/** A second look at all resources. */
export function healthyActions(input: RuleInput): MoveAction[] {
  return [
    ...runsIfPresent(input, 'vmstat', '1', '4'),
    runs('cat', '/proc/pressure/cpu'),
    runs('cat', '/proc/pressure/memory'),
    runs('cat', '/proc/pressure/io'),
    ...runsIfPresent(input, 'df', '-B1'),
  ];
}

/** Lines of the second look that show health. */
export function healthyQuotes(step: DiagnosisStep): Quote[] {
  return [
    ...(['cpu', 'memory', 'io'] as const).flatMap((resource) => readPressureReading(step, resource)?.quotes ?? []),
    ...quoteLine(resultsOf(step, 'df ')[0], /\s\/$/u),
  ];
}
