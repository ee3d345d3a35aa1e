import type { MoveAction, Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { runsIfPresent } from '../candidate.ts';
import type { RuleInput } from '../candidate.ts';
import { resultsOf } from '../readings/step-results.ts';
import type { ContainerState } from './cluster-objects.ts';

/** Lines of a log that are looked at. */
const LINES = 30;
/** Words by which a program says that something is wrong. */
const COMPLAINT =
  /error|fail|fatal|panic|exception|cannot|can't|could not|unable|denied|refused|no such|not found|timed? ?out|invalid|missing|unknown|ENOSPC|ENOTFOUND|EAI_AGAIN/iu;

/**
 * Looks at the end of the log of a container's last run, and of the run before when it has just been started again.
 *
 * The kubelet names logs by the count of restarts: /var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log.
 */
export function readsLog(input: RuleInput, container: ContainerState): MoveAction[] {
  const runs = container.state === 'running' && container.restarts > 0 ? [1, 0] : [0];
  return runs.flatMap((back) =>
    runsIfPresent(input, 'tail', '-n', String(LINES), logPath(container, container.restarts - back)),
  );
}

function logPath({ pod, name }: ContainerState, run: number): string {
  return `/var/log/pods/${pod.namespace}_${pod.name}_${pod.uid}/${name}/${Math.max(0, run)}.log`;
}

/** What a program wrote last. */
export interface LastWords {
  text: string;
  quote: Quote;
}

/**
 * The last complaint in the logs that a step read, else the last line; `undefined` when there is none.
 *
 * @param about prefers lines that match.
 */
export function lastWords(step: DiagnosisStep, about: RegExp = COMPLAINT): LastWords | undefined {
  const lines = resultsOf(step, 'tail ')
    .filter(({ source, exitCode = 0 }) => source.includes('/var/log/pods/') && exitCode === 0)
    .flatMap((result) => result.text.split('\n').map((line) => ({ line: line.trim(), id: result.evidenceID })))
    .filter(({ line }) => messageOf(line) !== '');
  const found =
    lines.findLast(({ line }) => about.test(messageOf(line))) ??
    lines.findLast(({ line }) => COMPLAINT.test(messageOf(line))) ??
    lines.at(-1);
  if (found === undefined) return undefined;
  return { text: messageOf(found.line).slice(0, 300), quote: { id: found.id, quote: found.line.slice(0, 1000) } };
}

/** A line without the time and stream that the runtime puts before it (`2026-01-01T00:00:00.0Z stderr F text`). */
function messageOf(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] /u, '').trim();
}
