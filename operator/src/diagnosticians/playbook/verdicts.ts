import type { Quote, ResolveMove } from '../../moves/move.ts';
import type { RankedCandidate } from './candidates.ts';
import { clip } from './candidate.ts';
import type { Judgement, RuleInput } from './candidate.ts';
import { podKey } from './cluster/pod-names.ts';
import { quietFamilies } from './quiet-families.ts';

const MAX_QUOTES = 16;
const MAX_RULED_OUT = 16;
const MAX_PLAN_CHARS = 16_000;

/** A candidate with what its confirming step said; no judgement when there was no such step. */
export interface Examined {
  candidate: RankedCandidate;
  judgement: Judgement | undefined;
}

/** The verdict that names a root cause. */
export function rootCauseVerdict(input: RuleInput, cause: Examined, others: readonly Examined[]): ResolveMove {
  const { candidate, judgement } = cause;
  const { finding } = candidate;
  const confirmed = judgement?.outcome === 'Confirmed' ? judgement : undefined;
  const gone = judgement?.outcome === 'Gone' ? judgement : undefined;
  const statement = confirmed?.statement ?? finding.statement;
  const stopped =
    gone === undefined ? '' : ` It had stopped when it was looked at again some seconds later: ${gone.statement}.`;
  const quotes = judgement === undefined || judgement.outcome === 'Unclear' ? [] : judgement.quotes;
  return {
    kind: 'resolve',
    verdict: 'RootCauseFound',
    rootCause: {
      mechanism: finding.mechanism,
      component: clip(confirmed?.component ?? finding.component, 256),
      statement: clip(`${statement}${stopped}`, 2048),
    },
    evidence: distinct([...finding.evidence.slice(0, 8), ...quotes]).slice(0, MAX_QUOTES),
    ruledOut: ruledOut(input, finding.mechanism, others),
    plan: clip(planOf(candidate, confirmed?.planNote, others), MAX_PLAN_CHARS),
    confidence: confidenceOf(cause, others),
  };
}

/** A rival this much weaker does not compete. */
const RIVAL_DISTANCE = 20;

/** High only for what was seen in both looks, fits the symptom and has no rival that may be it as well. */
function confidenceOf({ candidate, judgement }: Examined, others: readonly Examined[]): 'Low' | 'Medium' | 'High' {
  if (judgement?.outcome !== 'Confirmed') return 'Low';
  const hasRival = others.some(
    ({ candidate: other, judgement: its }) =>
      its?.outcome !== 'Gone' &&
      !other.isRemark &&
      other.finding.mechanism !== candidate.finding.mechanism &&
      !candidate.explains.includes(other.finding.mechanism) &&
      (!other.needsSymptom || other.matchesSymptom) &&
      other.score >= candidate.score - RIVAL_DISTANCE,
  );
  return (candidate.matchesSymptom || candidate.isOfTarget) && judgement.doubt === undefined && !hasRival
    ? 'High'
    : 'Medium';
}

function planOf(candidate: RankedCandidate, note: string | undefined, others: readonly Examined[]): string {
  const also = others
    .filter(({ judgement }) => judgement === undefined || judgement.outcome !== 'Gone')
    .map(({ candidate: { finding } }) => `- ${finding.mechanism}, ${finding.component}: ${finding.statement}`);
  return [
    candidate.plan,
    ...(note === undefined ? [] : [note]),
    ...(also.length === 0 ? [] : [`Also seen, not the cause of this symptom:\n\n${also.join('\n')}`]),
  ].join('\n\n');
}

/** Rivals: first those that looked like faults and proved none, then the families that are quiet. */
function ruledOut(
  input: RuleInput,
  mechanism: string,
  others: readonly Examined[],
): NonNullable<ResolveMove['ruledOut']> {
  const gone = others.flatMap(({ candidate: { finding }, judgement }) =>
    judgement?.outcome === 'Gone'
      ? [
          {
            mechanism: finding.mechanism,
            statement: clip(`Seen on ${finding.component}, but it did not last: ${judgement.statement}.`, 1024),
            evidence: distinct([...finding.evidence.slice(0, 1), ...judgement.quotes]).slice(0, 4),
          },
        ]
      : [],
  );
  const found = new Set(others.map(({ candidate }) => candidate.finding.mechanism));
  const quiet = quietFamilies(input).filter((family) => family.mechanism !== mechanism && !found.has(family.mechanism));
  return [...gone, ...quiet].slice(0, MAX_RULED_OUT).map((rival) => ({
    mechanism: rival.mechanism,
    statement: rival.statement,
    evidence: rival.evidence.slice(0, 4),
  }));
}

/** The verdict that nothing is wrong, with the lines that show health. */
export function noFaultVerdict(input: RuleInput, examined: readonly Examined[], fresh: readonly Quote[]): ResolveMove {
  const health = quietFamilies(input).flatMap((family) => family.evidence.slice(0, 2));
  const noted = examined.map(
    ({ candidate: { finding } }) => `- ${finding.mechanism}, ${finding.component}: ${finding.statement}`,
  );
  return {
    kind: 'resolve',
    verdict: 'NoFaultFound',
    evidence: distinct([...health, ...fresh]).slice(0, MAX_QUOTES),
    ruledOut: ruledOut(input, '', examined),
    plan: clip(
      [
        tellHealth(input),
        'If it happens again, open an investigation while it lasts, or describe the symptom more closely (which program, which path, which address).',
        ...(noted.length === 0
          ? []
          : [`Seen, and not a lasting fault that explains this symptom:\n\n${noted.join('\n')}`]),
      ].join('\n\n'),
      MAX_PLAN_CHARS,
    ),
    confidence: examined.length === 0 && health.length >= 6 ? 'High' : 'Medium',
  };
}

function tellHealth({ cluster }: RuleInput): string {
  const { target } = cluster;
  return target === undefined
    ? 'Nothing is wrong with this machine now, as far as the built-in rules can see: processors, memory, disks and file systems have room.'
    : `Nothing is wrong with pod ${podKey(target)} now, as far as the built-in rules can see: its containers run, its limits do not hold it back, and its node has room.`;
}

/** The verdict that the evidence does not suffice. */
export function inconclusiveVerdict(why: string, input: RuleInput, examined: readonly Examined[]): ResolveMove {
  return {
    kind: 'resolve',
    verdict: 'Inconclusive',
    evidence: distinct(examined.flatMap(({ candidate }) => candidate.finding.evidence)).slice(0, MAX_QUOTES),
    ruledOut: ruledOut(input, '', examined),
    plan: clip(
      [
        `No verdict: ${why}.`,
        ...examined.map(
          ({ candidate: { finding } }) => `- Perhaps ${finding.mechanism}, ${finding.component}: ${finding.statement}`,
        ),
      ].join('\n\n'),
      MAX_PLAN_CHARS,
    ),
    confidence: 'Low',
  };
}

function distinct(quotes: readonly Quote[]): Quote[] {
  const seen = new Set<string>();
  return quotes.filter((quote) => {
    const key = `${quote.id}\n${quote.quote}`;
    return quote.quote !== '' && !seen.has(key) && seen.add(key) !== undefined;
  });
}
