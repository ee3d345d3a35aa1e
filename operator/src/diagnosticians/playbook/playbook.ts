import type { DiagnoseMove, Move } from '../../moves/move.ts';
import type { CaseFile, Diagnostician, DiagnosisStep, Finding } from '../diagnostician.ts';
import type { RuleInput } from './candidate.ts';
import { rankCandidates, toRuleInput } from './candidates.ts';
import type { RankedCandidate } from './candidates.ts';
import { HEALTHY_HYPOTHESIS, healthyActions, healthyQuotes } from './healthy-check.ts';
import { inconclusiveVerdict, noFaultVerdict, rootCauseVerdict } from './verdicts.ts';
import type { Examined } from './verdicts.ts';

/** More candidates than this are not examined: the weaker ones would only cost the host time. */
const MAX_EXAMINED = 4;

/**
 * The findings of the built-in rules over the collected context, strongest for the symptom first.
 *
 * Pure: equal stored steps give equal findings. Empty before step 0 has ended.
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
 */
export function nextMove(input: CaseFile): Move {
  const rules = toRuleInput(input);
  const all = rankCandidates(rules);
  const suspects = all
    .filter((candidate) => !candidate.needsSymptom || candidate.matchesSymptom)
    .slice(0, MAX_EXAMINED);
  const examined = all.map((candidate) => examine(candidate, input.steps));
  const cause = examined.find(({ judgement }) => judgement?.outcome === 'Confirmed');
  if (cause) return rootCauseVerdict(rules.facts, cause, without(examined, cause));
  const isLast = input.mustConclude || input.budget.stepsLeft <= 0;
  const open = suspects.find((candidate) => stepOf(candidate.confirmation.hypothesis, input.steps) === undefined);
  if (open && !isLast) return diagnose(open.confirmation.hypothesis, open.confirmation.actions);
  return conclude(input, { rules, examined, suspects, isLast });
}

interface Standing {
  rules: RuleInput;
  examined: readonly Examined[];
  suspects: readonly RankedCandidate[];
  isLast: boolean;
}

/** What to say when no candidate was confirmed. */
function conclude(input: CaseFile, { rules, examined, suspects, isLast }: Standing): Move {
  const suspected = examined.filter(({ candidate }) => suspects.includes(candidate));
  // A state or an event is a fact even if nobody could look again, or it had gone by then; a load may have been chance.
  const stood = suspected.find(({ candidate }) => candidate.nature !== 'Load' && candidate.matchesSymptom);
  if (stood) return rootCauseVerdict(rules.facts, stood, without(examined, stood));
  if (rules.facts.isThin) {
    return inconclusiveVerdict('too little of this machine could be read', rules.facts, examined);
  }
  const doubtful = suspected.find(({ judgement }) => judgement === undefined || judgement.outcome === 'Unclear');
  if (doubtful) {
    return inconclusiveVerdict('a suspicion could not be looked at a second time', rules.facts, examined);
  }
  const healthy = stepOf(HEALTHY_HYPOTHESIS, input.steps);
  if (healthy === undefined && !isLast) return diagnose(HEALTHY_HYPOTHESIS, healthyActions(rules));
  return noFaultVerdict(rules.facts, examined, healthy === undefined ? [] : healthyQuotes(healthy));
}

function examine(candidate: RankedCandidate, steps: readonly DiagnosisStep[]): Examined {
  const step = stepOf(candidate.confirmation.hypothesis, steps);
  return { candidate, judgement: step === undefined ? undefined : candidate.confirmation.judge(step) };
}

function stepOf(hypothesis: string, steps: readonly DiagnosisStep[]): DiagnosisStep | undefined {
  return steps.find((step) => step.index > 0 && step.hypothesis === hypothesis);
}

function without(examined: readonly Examined[], cause: Examined): Examined[] {
  return examined.filter((other) => other !== cause);
}

function diagnose(hypothesis: string, actions: DiagnoseMove['actions']): DiagnoseMove {
  return { kind: 'diagnose', hypothesis, actions };
}
