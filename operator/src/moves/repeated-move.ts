import type { AgentTask, AgentTaskSpecAction } from '@nannyapi/crds';
import { evidenceID } from '@nannyapi/protocol';
import { fingerprintOf } from './fingerprint.ts';
import type { MoveAction } from './move.ts';

/** What earlier steps asked for already. */
export interface EarlierAction {
  fingerprint: string;
  /** Where its output is. */
  evidenceID: string;
  hypothesis: string;
  /** True when this host or its policy cannot answer, today or in a minute. */
  isHopeless: boolean;
}

/** How often one measurement may be taken; a later look may show a change, a fourth is going round in circles. */
const MAX_TIMES = 3;

/** All actions of the tasks of a run; `steps` gives the tasks with their step numbers. */
export function earlierActions(steps: readonly { index: number; task: AgentTask }[]): EarlierAction[] {
  return steps.flatMap(({ index, task }) =>
    (task.spec.actions ?? []).map((action) => {
      const outcome = task.status?.results?.find(({ actionID }) => actionID === action.id)?.outcome;
      return {
        fingerprint: fingerprintOf(moveActionOf(action)),
        evidenceID: evidenceID(index, action.id),
        hypothesis: task.spec.hypothesis ?? '',
        isHopeless: outcome === 'NotAvailable' || outcome === 'Refused',
      };
    }),
  );
}

/** The action of a stored task in the form of a move. */
export function moveActionOf({ run, trace, read }: AgentTaskSpecAction): MoveAction {
  if (run) return { tool: 'run', argv: run.argv };
  if (trace) return { tool: 'trace', program: trace.program, durationSeconds: trace.durationSeconds };
  return { tool: 'read', evidenceID: '', ...read };
}

/**
 * Says why an action goes round in circles, or `undefined` when it is new.
 *
 * The same measurement may be taken again, twice, if each time tests another hypothesis; what the host
 * could not answer is not asked again at all.
 */
export function findRepetition(
  action: { fingerprint: string; hypothesis: string },
  earlier: readonly EarlierAction[],
): string | undefined {
  const same = earlier.filter(({ fingerprint }) => fingerprint === action.fingerprint);
  const [first] = same;
  if (!first) return undefined;
  const hopeless = same.find(({ isHopeless }) => isHopeless);
  if (hopeless) return `the host could not answer this in ${hopeless.evidenceID}; ask for something else`;
  const place = same.map((each) => each.evidenceID).join(' and ');
  const hypothesis = squeeze(action.hypothesis);
  if (same.length < MAX_TIMES && same.every((each) => squeeze(each.hypothesis) !== hypothesis)) return undefined;
  return `this ran already, its output is ${place}; read that, or test something new`;
}

/** Hypotheses that differ in case and white space alone are the same. */
function squeeze(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim().toLowerCase();
}
