import type { Clock } from '@nannyapi/process';
import type { CollectorHost } from '../host/collector-host.ts';
import { cleanText } from '../output/host-text.ts';
import { publishOutput } from '../output/publish.ts';
import type { OutputSpool } from '../output/spool.ts';
import { collectContext } from './collect-context/index.ts';
import { abortMessage, abortOutcome } from './describe-end.ts';
import type { TaskCall, TaskEnd, TaskHandler } from './task-call.ts';
import type { Turns } from './turns.ts';

/** What the collection of context needs. */
export interface CollectDeps {
  clock: Clock;
  collectorHost: (signal: AbortSignal) => CollectorHost;
  spool: OutputSpool;
  turns: Turns;
}

const DEFAULT_SAMPLE_SECONDS = 2;

/** Gathers the first facts of the host; each item is one result. */
export function createCollectHandler(deps: CollectDeps): TaskHandler {
  return { type: 'CollectContext', run: async (call) => collect(call, deps) };
}

async function collect(call: TaskCall, deps: CollectDeps): Promise<TaskEnd> {
  const { signal } = call;
  const sampleSeconds = call.task.spec.collectContext?.sampleSeconds ?? DEFAULT_SAMPLE_SECONDS;
  try {
    using _turn = await deps.turns.take('Shared', signal);
    const startTime = deps.clock.now().toISOString();
    const items = await collectContext(deps.collectorHost(signal), { sampleSeconds, signal });
    const completionTime = deps.clock.now().toISOString();
    for (const item of items) {
      const text = cleanText(item.text);
      const outputBytes = Buffer.byteLength(text);
      const { budget, task } = call;
      const sent = { uid: task.uid, actionID: item.id, text, isCut: false, budget };
      const output = await publishOutput(deps.spool, sent);
      const base = { actionID: item.id, source: item.source, outcome: 'Succeeded' } as const;
      await call.actionEnded({ ...base, startTime, completionTime, outputBytes, ...output });
    }
    return { outcome: 'Succeeded' };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { outcome: abortOutcome(signal), message: abortMessage(signal) };
  }
}
