import { CodedError } from '@nannyapi/process';
import type { CommandOutcome } from '../host/command-runner.ts';
import type { ActionOutcome, ActionResult } from './task-call.ts';

/** Why work under a signal ended early. */
export function abortOutcome(signal: AbortSignal): 'TimedOut' | 'Cancelled' {
  return signal.reason instanceof CodedError && signal.reason.code === 'DeadlineExceeded' ? 'TimedOut' : 'Cancelled';
}

/** The words of an abort, for a person. */
export function abortMessage(signal: AbortSignal): string {
  if (!(signal.reason instanceof CodedError)) return 'Stopped';
  if (signal.reason.code === 'DeadlineExceeded') return 'The time of the task was over';
  return signal.reason.message;
}

/** How a run ended, in the words of the wire. */
export function describeEnd(
  run: Pick<CommandOutcome, 'endedBy' | 'exitCode' | 'signal' | 'isGone' | 'stdout' | 'usage'>,
  limits: { deadlineSeconds: number; signal: AbortSignal },
): Pick<ActionResult, 'outcome' | 'message'> {
  const notes = [endNote(run, limits), run.usage.wasOutOfMemory === true ? 'It ran out of the memory it may use.' : ''];
  if (!run.isGone) notes.push('A process of it cannot be killed (uninterruptible sleep) and is still there.');
  const message = notes.filter((note) => note !== '').join(' ');
  const outcome = outcomeOf(run, limits.signal);
  return message === '' ? { outcome } : { outcome, message };
}

/** Output that was cut at the limit is an observation all the same, so it counts as one: `truncated` tells. */
function outcomeOf(run: Pick<CommandOutcome, 'endedBy' | 'exitCode'>, signal: AbortSignal): ActionOutcome {
  switch (run.endedBy) {
    case 'Deadline':
      return 'TimedOut';
    case 'Cancel':
      return abortOutcome(signal);
    case 'OutputCap':
      return 'Succeeded';
    case 'Exit':
      break;
  }
  return run.exitCode === 0 ? 'Succeeded' : 'Failed';
}

function endNote(
  run: Pick<CommandOutcome, 'endedBy' | 'exitCode' | 'signal' | 'stdout'>,
  { deadlineSeconds, signal }: { deadlineSeconds: number; signal: AbortSignal },
): string {
  switch (run.endedBy) {
    case 'Deadline':
      return `Ended after ${deadlineSeconds} s, its deadline.`;
    case 'Cancel':
      return `Killed: ${abortMessage(signal)}.`;
    case 'OutputCap':
      return `Killed at the output limit: at least ${Math.max(run.stdout.totalBytes, 1)} bytes; the head is kept.`;
    case 'Exit':
      break;
  }
  if (run.signal !== undefined) return `Ended by ${run.signal}.`;
  return run.exitCode === 0 ? '' : `Exit status ${run.exitCode ?? 'unknown'}.`;
}
