import type { InvestigationStatusResolution } from '@nannyapi/crds';
import { CodedError } from '@nannyapi/process';
import type {
  CaseFile,
  CaseTarget,
  Diagnostician,
  DiagnosisReply,
  Finding,
} from '../../diagnosticians/diagnostician.ts';
import { describeSteps } from '../../evidence/case-file.ts';
import { citedIDs, findUngroundedClaims } from '../../evidence/grounding.ts';
import type { EvidenceReader } from '../../evidence/evidence-reader.ts';
import { RunEvidence } from '../../evidence/run-evidence.ts';
import type { ActionPolicy } from '../../moves/action-policy.ts';
import { judgeDiagnose, refusal, type JudgedActions } from '../../moves/judge-diagnose.ts';
import type { ResolveMove } from '../../moves/move.ts';
import { parseMove } from '../../moves/parse-move.ts';
import { earlierActions } from '../../moves/repeated-move.ts';
import type { RunBudget } from './budget.ts';
import type { Run } from './run.ts';
import type { TokenUsage } from './usage.ts';

/** What a consultation needs. */
export interface ConsultDeps {
  diagnostician: Diagnostician;
  /** The built-in rules; pure. */
  findings: (file: CaseFile) => Finding[];
  evidence: EvidenceReader;
  policy: ActionPolicy;
}

/** What a consultation came to. */
export type Decision =
  /** The next step; without actions it only records what was refused. */
  | { kind: 'Step'; judged: JudgedActions }
  | { kind: 'Verdict'; resolution: InvestigationStatusResolution }
  /** No answer is to be had. */
  | { kind: 'NoAnswer'; message: string };

/** A decision, the findings it rests on, and what it cost. */
export interface Consulted {
  decision: Decision;
  findings: Finding[];
  inferenceID?: string;
  usage?: TokenUsage;
}

type Call = { signal: AbortSignal };

/** How a consultation is ended, and who hears of the findings before the answer comes. */
export interface ConsultCall extends Call {
  onFindings: (findings: Finding[]) => void;
}

/**
 * Asks the diagnostician for the next move of a run and judges the answer.
 *
 * @throws what reading the evidence throws; that nobody answers is a decision, not an error.
 */
export async function consult(run: Run, budget: RunBudget, deps: ConsultDeps, call: ConsultCall): Promise<Consulted> {
  const evidence = new RunEvidence(run.steps, deps.evidence);
  const file = await caseFileOf(run, budget, { evidence, call });
  const findings = deps.findings(file);
  call.onFindings(findings);
  let reply: DiagnosisReply;
  try {
    reply = await deps.diagnostician.next({ ...file, findings }, call);
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof CodedError)) throw error;
    return { decision: { kind: 'NoAnswer', message: error.message }, findings };
  }
  const decision = await judge(reply.move, { run, mustConclude: file.mustConclude, deps, evidence, call });
  const { inferenceID, usage } = reply;
  return { decision, findings, ...(inferenceID === undefined ? {} : { inferenceID }), ...(usage ? { usage } : {}) };
}

async function caseFileOf(
  run: Run,
  budget: RunBudget,
  context: { evidence: RunEvidence; call: Call },
): Promise<CaseFile> {
  const { metadata, spec, status } = run.investigation;
  return {
    investigation: {
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      uid: metadata.uid ?? '',
      episodeID: status?.episodeID ?? '',
      prompt: spec.prompt,
      priority: spec.priority ?? 'Medium',
      context: spec.context ?? {},
      ebpf: spec.ebpf ?? 'Allowed',
    },
    target: caseTargetOf(run),
    agent: {
      name: run.target.agent?.name ?? '',
      facts: run.agent?.status?.facts ?? {},
      capabilities: run.agent?.status?.capabilities ?? {},
    },
    nextStep: budget.nextStep,
    steps: await describeSteps(run.steps, context.evidence, context.call),
    budget: { stepsLeft: budget.stepsLeft, secondsLeft: budget.secondsLeft, bytesLeft: budget.bytesLeft },
    mustConclude: budget.mustConcludeBecause !== undefined,
  };
}

function caseTargetOf({ investigation, target }: Run): CaseTarget {
  const { spec, metadata } = investigation;
  const { nodeName, podUID } = target;
  const known = { ...(nodeName === undefined ? {} : { nodeName }), ...(podUID === undefined ? {} : { podUID }) };
  const namespace = metadata.namespace ?? '';
  if (spec.podRef) return { kind: 'Pod', namespace, name: spec.podRef.name, ...known };
  if (spec.agentRef) return { kind: 'Agent', namespace, name: spec.agentRef.name, ...known };
  return { kind: 'Node', namespace: '', name: spec.nodeName ?? '', ...known };
}

interface JudgeContext {
  run: Run;
  mustConclude: boolean;
  deps: ConsultDeps;
  evidence: RunEvidence;
  call: Call;
}

async function judge(reply: unknown, context: JudgeContext): Promise<Decision> {
  const { run, mustConclude, deps, evidence } = context;
  const parsed = parseMove(reply);
  if ('problem' in parsed) {
    const shown = typeof reply === 'string' ? reply : (JSON.stringify(reply) ?? 'nothing');
    return refusedStep('', refusal(shown, 'reply.schema', `reply.schema: ${parsed.problem}`));
  }
  if (parsed.move.kind === 'resolve') return judgeResolve(parsed.move, evidence, context.call);
  const judged = judgeDiagnose(parsed.move, {
    policy: deps.policy,
    ebpf: run.investigation.spec.ebpf ?? 'Allowed',
    mustConclude,
    earlier: earlierActions(run.steps),
    evidenceIDs: evidence.ids(),
  });
  return { kind: 'Step', judged };
}

async function judgeResolve(move: ResolveMove, evidence: RunEvidence, call: Call): Promise<Decision> {
  const { kind: _, ...resolution } = move;
  const texts = new Map<string, readonly string[]>();
  for (const id of citedIDs(resolution)) {
    const text = await evidence.text(id, call);
    if (text) texts.set(id, [text.stdout, text.stderr]);
  }
  const claims = findUngroundedClaims(resolution, texts);
  if (claims.length === 0) return { kind: 'Verdict', resolution };
  const claimed = resolution.rootCause
    ? `: ${resolution.rootCause.mechanism} of ${resolution.rootCause.component}`
    : '';
  const message = claims.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const refused = refusal(
    `resolve ${resolution.verdict}${claimed}`,
    'verdict.grounding',
    `verdict.grounding: ${message}`,
  );
  return refusedStep(resolution.rootCause?.statement ?? '', refused);
}

function refusedStep(hypothesis: string, refused: JudgedActions['refused'][number]): Decision {
  return {
    kind: 'Step',
    judged: { hypothesis: hypothesis.slice(0, 256), actions: [], refused: [refused], deadlineSeconds: 0 },
  };
}
