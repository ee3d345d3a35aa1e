import type {
  AgentTask,
  AgentTaskSpecAction,
  AgentTaskSpecClusterContext,
  AgentTaskStatusResult,
} from '@nannyapi/crds';
import { evidenceID } from '@nannyapi/protocol';
import type { DiagnosisStep, StepResult } from '../diagnosticians/diagnostician.ts';
import { describeAction } from '../moves/fingerprint.ts';
import { moveActionOf } from '../moves/repeated-move.ts';
import type { RunEvidence } from './run-evidence.ts';
import { byteLength, headAndTail } from './text-window.ts';

/** Longest text that a diagnostician gets whole, in bytes: what fits in a result's preview. */
const MAX_TEXT_BYTES = 16_384;

type Call = { signal: AbortSignal };

/** What a diagnostician sees of the steps of a run, rebuilt from the stored tasks and their evidence. */
export async function describeSteps(
  steps: readonly { index: number; task: AgentTask }[],
  evidence: RunEvidence,
  call: Call,
): Promise<DiagnosisStep[]> {
  return Promise.all(
    steps.map(async ({ index, task }) => ({
      index,
      hypothesis: task.spec.hypothesis ?? '',
      results: [
        ...(await Promise.all(
          partsOf(task).map((part) => describeResult(part, { id: evidenceID(index, part.actionID), evidence, call })),
        )),
        ...(task.spec.clusterContext ?? []).map((item) => describeClusterItem(item, evidenceID(index, item.id))),
      ],
      refused: (task.spec.refused ?? []).map(({ action, rule, message = '' }) => ({ action, rule, message })),
      ...noteOf(task),
    })),
  );
}

/** What the API server knew. It is as untrusted as the rest: people and programs write names, images and messages. */
function describeClusterItem({ source, text }: AgentTaskSpecClusterContext, id: string): StepResult {
  return {
    evidenceID: id,
    source,
    outcome: 'Succeeded',
    text,
    totalBytes: byteLength(text),
    omittedBytes: 0,
    truncated: false,
  };
}

/** An outcome that is absent though the run went on means that nobody saw the end. */
function noteOf({ status }: AgentTask): Pick<DiagnosisStep, 'note'> {
  const outcome = status?.outcome ?? 'Unknown';
  if (outcome === 'Succeeded') return {};
  return { note: status?.message === undefined ? outcome : `${outcome}: ${status.message}` };
}

interface Part {
  actionID: string;
  action?: AgentTaskSpecAction;
  result?: AgentTaskStatusResult;
  /** What to say of an action that has no result. */
  outcome: StepResult['outcome'];
}

/** What was asked for, in order, with what came back; of the context there is only what came back. */
function partsOf(task: AgentTask): Part[] {
  const cluster = new Set((task.spec.clusterContext ?? []).map(({ id }) => id));
  const results = (task.status?.results ?? []).filter(({ actionID }) => !cluster.has(actionID));
  if (task.spec.type === 'CollectContext') {
    return results.map((result) => ({ actionID: result.actionID, result, outcome: result.outcome }));
  }
  return (task.spec.actions ?? []).map((action) => {
    const result = results.find(({ actionID }) => actionID === action.id);
    const outcome = action.read ? 'Succeeded' : (result?.outcome ?? unanswered(task));
    return { actionID: action.id, action, outcome, ...(result ? { result } : {}) };
  });
}

/** A task that ended without a word about one of its actions leaves that action unknown, never done. */
function unanswered(task: AgentTask): StepResult['outcome'] {
  const outcome = task.status?.outcome;
  return outcome === undefined || outcome === 'Succeeded' ? 'Unknown' : outcome;
}

async function describeResult(
  part: Part,
  context: { id: string; evidence: RunEvidence; call: Call },
): Promise<StepResult> {
  const { result, action, outcome } = part;
  const { id, evidence, call } = context;
  const { stdout, stderr, fault } = (await evidence.text(id, call)) ?? { stdout: '', stderr: '', fault: undefined };
  const window = headAndTail(stdout, MAX_TEXT_BYTES, id);
  const message = [result?.message, fault].filter(Boolean).join('; ');
  return {
    evidenceID: id,
    source: action ? describeAction(moveActionOf(action)) : (result?.source ?? part.actionID),
    outcome,
    ...(message === '' ? {} : { message }),
    ...(result?.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    text: window.text,
    ...(stderr === '' ? {} : { stderr }),
    totalBytes: byteLength(stdout),
    omittedBytes: window.omittedBytes,
    truncated: result?.truncated ?? false,
  };
}
