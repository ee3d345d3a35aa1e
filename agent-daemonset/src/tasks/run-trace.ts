import { STDERR_BYTES } from '@nannyapi/protocol';
import { CodedError } from '@nannyapi/process';
import { cleanText, headOf, hostText } from '../output/host-text.ts';
import { publishOutput } from '../output/publish.ts';
import { traceComplaints, type TraceOutcome } from '../host/bpftrace-runner.ts';
import { describeEnd } from './describe-end.ts';
import type { ActionDeps } from './run-command.ts';
import { traceSource } from './source-text.ts';
import type { ActionResult, TaskCall } from './task-call.ts';

/** A trace of a task. */
export interface TraceAction {
  id: string;
  program: string;
  durationSeconds: number;
}

/** Judges a trace by the agent's own policy, runs it caged for its time and reports its maps as text. */
export async function runTraceAction(action: TraceAction, call: TaskCall, deps: ActionDeps): Promise<ActionResult> {
  const base = { actionID: action.id, source: traceSource(action.program) };
  const verdict = deps.policy.checkTrace(action.program);
  if (verdict.verdict === 'refuse') return { ...base, outcome: 'Refused', message: verdict.message };
  try {
    const run = await deps.host.runTrace(verdict, {
      durationSeconds: action.durationSeconds,
      capBytes: call.budget.shareBytes,
      signal: call.signal,
      onStarted: async (started) => call.actionStarted({ ...base, ...started }),
    });
    return { ...base, ...(await report(run, action, { call, deps })) };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'NotAvailable') {
      return { ...base, outcome: 'NotAvailable', message: error.message };
    }
    throw error;
  }
}

async function report(
  run: TraceOutcome,
  action: TraceAction,
  { call, deps }: { call: TaskCall; deps: ActionDeps },
): Promise<Omit<ActionResult, 'actionID' | 'source'>> {
  const output = await publishOutput(deps.spool, {
    uid: call.task.uid,
    actionID: action.id,
    text: cleanText(run.text),
    isCut: run.stdout.isCut,
    budget: call.budget,
  });
  const lost = run.lostEvents > 0 ? ` ${run.lostEvents} events were lost.` : '';
  const end = describeEnd(run, { deadlineSeconds: action.durationSeconds, signal: call.signal });
  const message = `${end.message ?? ''}${lost}`.trim();
  return {
    outcome: end.outcome,
    ...(message === '' ? {} : { message }),
    ...(run.exitCode === undefined ? {} : { exitCode: run.exitCode }),
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    startTime: run.startTime.toISOString(),
    completionTime: run.completionTime.toISOString(),
    outputBytes: run.stdout.totalBytes,
    ...output,
    stderr: headOf(traceComplaints(hostText(run.stderr.bytes())), STDERR_BYTES),
    sandbox: run.layers,
  };
}
