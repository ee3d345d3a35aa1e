import type { DiagnoseMove, Move } from '../../moves/move.ts';
import type { CaseFile, Diagnostician, DiagnosisStep, Finding } from '../diagnostician.ts';
import type { RuleInput } from './candidate.ts';
import { rankCandidates, toRuleInput } from './candidates.ts';
import type { RankedCandidate } from './candidates.ts';
import { groundedVerdict } from './grounded-verdict.ts';
import { HEALTHY_HYPOTHESIS, healthyActions, healthyQuotes } from './healthy-check.ts';
import { inconclusiveVerdict, noFaultVerdict, rootCauseVerdict } from './verdicts.ts';
import type { Examined } from './verdicts.ts';

/** More candidates than this are not examined: the weaker ones would only cost the host time. */
const MAX_EXAMINED = 4;

/**
 * The findings of the built-in rules over the collected context, strongest for the symptom first.
 *
 * Pure: equal stored steps give equal findings. Empty before the context is there.
 */
export function playbookFindings(input: CaseFile): Finding[] {
  return rankCandidates(toRuleInput(input)).map((candidate) => candidate.finding);
}

/**
 * The built-in diagnostician: rules over the collected context, a confirming look for each suspicion, no model.
 *
 * It holds no state: which candidate a stored step examined is told by the step's hypothesis.
 */
export function createPlaybook(): Diagnostician {
  return { name: 'playbook', next: (input) => Promise.resolve({ move: nextMove(input) }) };
}

/**
 * Chooses the next move.
 *
 * ```
 *  candidates, by score ──► confirm ──► Confirmed ──► RootCauseFound
 *         │                    │ Gone, Unclear: next candidate
 *         ▼ none left          ▼
 *  look again at everything ──► NoFaultFound (a state or event that had gone: RootCauseFound, Low)
 * ```
 *
 * A verdict that was refused for want of proof is not repeated: its bad quotations are dropped, then the next best is given.
 */
export function nextMove(input: CaseFile): Move {
  const rules = toRuleInput(input);
  let all = rankCandidates(rules);
  for (;;) {
    const { move, cause } = chooseMove(input, rules, all);
    if (move.kind === 'diagnose') return move;
    const grounded = groundedVerdict(move, input.steps);
    if (grounded !== undefined) return grounded;
    if (cause === undefined) return inconclusiveVerdict('what was seen does not prove a verdict', rules, []);
    all = all.filter((candidate) => candidate !== cause);
  }
}

/** A move and, of a verdict that blames one, the candidate it blames. */
interface Choice {
  move: Move;
  cause?: RankedCandidate;
}

function chooseMove(input: CaseFile, rules: RuleInput, all: readonly RankedCandidate[]): Choice {
  const suspects = all
    .filter((candidate) => !candidate.isRemark && (!candidate.needsSymptom || candidate.matchesSymptom))
    .slice(0, MAX_EXAMINED);
  const looks = input.steps.filter((step) => step.index > rules.facts.stepIndex);
  const examined = all.map((candidate) => examine(candidate, looks));
  const cause = examined.find(({ candidate, judgement }) => !candidate.isRemark && judgement?.outcome === 'Confirmed');
  if (cause) {
    return { move: rootCauseVerdict(rules, cause, without(examined, cause)), cause: cause.candidate };
  }
  const isLast = input.mustConclude || input.budget.stepsLeft <= 0;
  const open = suspects.find((candidate) => stepOf(candidate.confirmation.hypothesis, looks) === undefined);
  if (open && !isLast) return { move: diagnose(open.confirmation.hypothesis, open.confirmation.actions) };
  return conclude({ looks, rules, examined, suspects, isLast });
}

interface Standing {
  /** Steps after the context. */
  looks: readonly DiagnosisStep[];
  rules: RuleInput;
  examined: readonly Examined[];
  suspects: readonly RankedCandidate[];
  isLast: boolean;
}

/** What to say when no candidate was confirmed. */
function conclude({ looks, rules, examined, suspects, isLast }: Standing): Choice {
  const suspected = examined.filter(({ candidate }) => suspects.includes(candidate));
  // A state or an event is a fact even if nobody could look again, or it had gone by then; a load may have been chance.
  const stood = suspected.find(
    ({ candidate }) => candidate.nature !== 'Load' && (candidate.matchesSymptom || candidate.isOfTarget),
  );
  if (stood) return { move: rootCauseVerdict(rules, stood, without(examined, stood)), cause: stood.candidate };
  if (rules.facts.isThin) {
    return { move: inconclusiveVerdict('too little of this machine could be read', rules, examined) };
  }
  const doubtful = suspected.find(({ judgement }) => judgement === undefined || judgement.outcome === 'Unclear');
  if (doubtful) {
    return { move: inconclusiveVerdict('a suspicion could not be looked at a second time', rules, examined) };
  }
  const healthy = stepOf(HEALTHY_HYPOTHESIS, looks);
  if (healthy === undefined && !isLast) return { move: diagnose(HEALTHY_HYPOTHESIS, healthyActions(rules)) };
  return { move: noFaultVerdict(rules, examined, healthy === undefined ? [] : healthyQuotes(healthy)) };
}

function examine(candidate: RankedCandidate, steps: readonly DiagnosisStep[]): Examined {
  const step = stepOf(candidate.confirmation.hypothesis, steps);
  return { candidate, judgement: step === undefined ? undefined : candidate.confirmation.judge(step) };
}

function stepOf(hypothesis: string, steps: readonly DiagnosisStep[]): DiagnosisStep | undefined {
  return steps.find((step) => step.hypothesis === hypothesis);
}

function without(examined: readonly Examined[], cause: Examined): Examined[] {
  return examined.filter((other) => other !== cause);
}

function diagnose(hypothesis: string, actions: DiagnoseMove['actions']): DiagnoseMove {
  return { kind: 'diagnose', hypothesis, actions };
}
