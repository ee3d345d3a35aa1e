import type { Investigation } from '@nannyapi/crds';
import type { Tone } from './badge.ts';

/** Where a run stands, in words. */
export interface RunState {
  headline: string;
  tone: Tone;
  isOver: boolean;
}

const VERDICTS: Readonly<Record<string, { headline: string; tone: Tone }>> = {
  RootCauseFound: { headline: 'Root cause found', tone: 'bad' },
  NoFaultFound: { headline: 'No fault found', tone: 'good' },
  Inconclusive: { headline: 'Inconclusive', tone: 'warn' },
};

/** What to do about a run that ended without a verdict, by the reason of `Succeeded`. */
const REMEDIES: Readonly<Record<string, string>> = {
  DeadlineExceeded: 'Ask again with a longer deadline, or with a question that is narrower.',
  Cancelled: 'Somebody ended it. Ask again if the question still stands.',
  DiagnosticianFailed:
    'The model could not be used. Ask again in a while; the log of the operator says more. The findings below still hold.',
  AgentLost: 'The agent of that machine fell silent or was disabled. See whether the machine is up, then ask again.',
  Restored: 'This is a copy from an export or a backup; copies never run. Ask again.',
};

/** Reads where a run stands from its summary condition. */
export function runState({ spec, status }: Investigation): RunState {
  const summary = status?.conditions?.find(({ type }) => type === 'Succeeded');
  if (summary?.status === 'True')
    return { ...(VERDICTS[summary.reason] ?? { headline: summary.reason, tone: 'plain' }), isOver: true };
  if (summary?.status === 'False') return { headline: `No verdict: ${summary.reason}`, tone: 'warn', isOver: true };
  if (spec.cancel) return { headline: 'Being cancelled', tone: 'busy', isOver: false };
  if (spec.suspend) return { headline: 'Paused', tone: 'plain', isOver: false };
  if (status?.phase === 'InProgress') return { headline: 'Investigating', tone: 'busy', isOver: false };
  return { headline: 'Waiting to begin', tone: 'busy', isOver: false };
}

/** What a person can do about a run that has no verdict; `undefined` when there is nothing to say. */
export function remedyFor(reason: string): string | undefined {
  return REMEDIES[reason];
}

/** The machine that a run asks, as `kubectl get` shows it: `agent/web-1`, `node/n1`, `pod/shop`. */
export function targetText({ spec }: Investigation): string {
  if (spec.agentRef) return `agent/${spec.agentRef.name}`;
  if (spec.podRef) return `pod/${spec.podRef.name}`;
  return `node/${spec.nodeName ?? ''}`;
}
