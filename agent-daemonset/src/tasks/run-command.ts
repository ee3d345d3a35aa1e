import { STDERR_BYTES } from '@nannyapi/protocol';
import type { AcceptedCommand, PathUse } from '@nannyapi/protocol';
import { CodedError } from '@nannyapi/process';
import type { Host } from '../host/host.ts';
import { hostText, headOf } from '../output/host-text.ts';
import { publishOutput } from '../output/publish.ts';
import type { OutputSpool } from '../output/spool.ts';
import type { Policy } from '../policy-port.ts';
import { describeEnd } from './describe-end.ts';
import { commandSource } from './source-text.ts';
import type { ActionResult, TaskCall } from './task-call.ts';

/** What actions need. */
export interface ActionDeps {
  policy: Policy;
  host: Host;
  spool: OutputSpool;
}

/** A command of a task. */
export interface CommandAction {
  id: string;
  argv: readonly string[];
}

/** Judges a command by the agent's own policy, resolves what it names, runs it caged and reports. */
export async function runCommand(action: CommandAction, call: TaskCall, deps: ActionDeps): Promise<ActionResult> {
  const base = { actionID: action.id, source: commandSource(action.argv) };
  const verdict = deps.policy.checkArgv(action.argv);
  if (verdict.verdict === 'refuse') return { ...base, outcome: 'Refused', message: verdict.message };
  const refusal = await findPathRefusal(verdict.paths, deps);
  if (refusal !== undefined) return { ...base, outcome: 'Refused', message: refusal };
  try {
    return await runAccepted(verdict, base, { call, deps });
  } catch (error) {
    if (error instanceof CodedError && error.code === 'NotAvailable') {
      return { ...base, outcome: 'NotAvailable', message: error.message };
    }
    throw error;
  }
}

/** Looks where the paths really lead. @returns why one must not be opened, or `undefined`. */
async function findPathRefusal(paths: readonly PathUse[], { policy, host }: ActionDeps): Promise<string | undefined> {
  for (const { path, access } of paths) {
    try {
      const verdict = policy.checkResolvedPath(await host.resolvePath(path, access), access);
      if (verdict.verdict === 'refuse') return verdict.message;
    } catch (error) {
      if (error instanceof CodedError) return error.message;
      throw error;
    }
  }
  return undefined;
}

async function runAccepted(
  verdict: AcceptedCommand,
  base: { actionID: string; source: string },
  { call, deps }: { call: TaskCall; deps: ActionDeps },
): Promise<ActionResult> {
  const deadlineSeconds = Math.max(1, Math.min(verdict.deadlineSeconds, Math.ceil(call.remainingSeconds())));
  const run = await deps.host.runCommand(verdict, {
    deadlineMs: deadlineSeconds * 1000,
    capBytes: call.budget.shareBytes,
    signal: call.signal,
    onStarted: async (started) => call.actionStarted({ ...base, ...started }),
  });
  const output = await publishOutput(deps.spool, {
    uid: call.task.uid,
    actionID: base.actionID,
    text: hostText(run.stdout.bytes()),
    isCut: run.stdout.isCut,
    budget: call.budget,
  });
  return {
    ...base,
    ...describeEnd(run, { deadlineSeconds, signal: call.signal }),
    ...(run.exitCode === undefined ? {} : { exitCode: run.exitCode }),
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    startTime: run.startTime.toISOString(),
    completionTime: run.completionTime.toISOString(),
    outputBytes: run.stdout.totalBytes,
    ...output,
    stderr: headOf(hostText(run.stderr.bytes()), STDERR_BYTES),
    sandbox: run.layers,
  };
}
