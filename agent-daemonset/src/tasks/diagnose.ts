import type { Task } from '@nannyapi/protocol';
import { abortMessage, abortOutcome } from './describe-end.ts';
import { runCommand, type ActionDeps } from './run-command.ts';
import { runTraceAction } from './run-trace.ts';
import { commandSource, traceSource } from './source-text.ts';
import type { ActionResult, TaskCall, TaskEnd, TaskHandler } from './task-call.ts';
import type { Turns } from './turns.ts';

type Action = NonNullable<Task['spec']['actions']>[number];

/** Runs the actions of one diagnostic move in order. */
export function createDiagnoseHandler(deps: ActionDeps & { turns: Turns }): TaskHandler {
  return { type: 'Diagnose', run: async (call) => diagnose(call, deps) };
}

async function diagnose(call: TaskCall, deps: ActionDeps & { turns: Turns }): Promise<TaskEnd> {
  const results: ActionResult[] = [];
  // The control plane holds the evidence that a read asks for; there is nothing to do on the host.
  const actions = (call.task.spec.actions ?? []).filter(({ read }) => !read);
  for (const [index, action] of actions.entries()) {
    call.budget.share(actions.length - index);
    const result = await runAction(action, call, deps);
    results.push(result);
    await call.actionEnded(result);
  }
  return endOf(results, call.signal);
}

async function runAction(action: Action, call: TaskCall, deps: ActionDeps & { turns: Turns }): Promise<ActionResult> {
  const source = sourceOf(action);
  const base = { actionID: action.id, source };
  if (call.signal.aborted) return notRun(base, call.signal);
  if (call.budget.shareBytes === 0) {
    return { ...base, outcome: 'Cancelled', message: 'Not run: the task has sent as much output as it may.' };
  }
  try {
    using _turn = await deps.turns.take(action.trace ? 'Alone' : 'Shared', call.signal);
    call.progress({ actionID: action.id, state: 'Started', source });
    const result = action.trace
      ? await runTraceAction({ id: action.id, ...action.trace }, call, deps)
      : await runCommand({ id: action.id, argv: action.run?.argv ?? [] }, call, deps);
    call.progress({ actionID: action.id, state: 'Ended', source, outcome: result.outcome });
    return result;
  } catch (error) {
    if (call.signal.aborted) return notRun(base, call.signal);
    throw error;
  }
}

function sourceOf({ run, trace }: Action): string {
  return trace ? traceSource(trace.program) : commandSource(run?.argv ?? []);
}

function notRun(base: { actionID: string; source: string }, signal: AbortSignal): ActionResult {
  return { ...base, outcome: abortOutcome(signal), message: `Not run: ${abortMessage(signal)}.` };
}

/** The task did its work when its actions were carried out, whatever the host answered. */
function endOf(results: readonly ActionResult[], signal: AbortSignal): TaskEnd {
  if (signal.aborted) return { outcome: abortOutcome(signal), message: abortMessage(signal) };
  if (results.length > 0 && results.every(({ outcome }) => outcome === 'Refused')) {
    return { outcome: 'Refused', message: 'The policy of this agent refused every action.' };
  }
  return { outcome: 'Succeeded' };
}
