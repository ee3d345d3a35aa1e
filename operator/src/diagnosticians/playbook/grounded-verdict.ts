import type { Quote, ResolveMove } from '../../moves/move.ts';
import type { DiagnosisStep, StepRefusal } from '../diagnostician.ts';

/** After so many refusals of one claim it is not made again. */
const MAX_REFUSALS = 2;

/**
 * Makes a verdict fit to be accepted: without quotations that do not stand in what was seen, and, when it was refused
 * before, without those that the refusal named.
 *
 * @returns `undefined` when the claim must be given up: it was refused and nothing about it has changed, or refused twice.
 */
export function groundedVerdict(move: ResolveMove, steps: readonly DiagnosisStep[]): ResolveMove | undefined {
  const refusals = refusalsOf(move, steps);
  if (refusals.length >= MAX_REFUSALS) return undefined;
  const standing = withQuotes(move, (quote) => stands(quote, steps));
  const kept = withQuotes(standing, (quote) => !refusals.some(({ message }) => message.includes(shown(quote))));
  if (refusals.length > 0 && JSON.stringify(kept) === JSON.stringify(standing)) return undefined;
  const isEmpty = (kept.evidence ?? []).length === 0;
  return isEmpty && move.verdict !== 'Inconclusive' ? undefined : kept;
}

/** Refusals of this very claim for want of proof. */
function refusalsOf({ verdict, rootCause }: ResolveMove, steps: readonly DiagnosisStep[]): StepRefusal[] {
  const claim = `resolve ${verdict}${rootCause ? `: ${rootCause.mechanism} of ${rootCause.component}` : ''}`;
  return steps
    .flatMap((step) => step.refused)
    .filter(({ rule, action }) => rule === 'verdict.grounding' && claim.startsWith(action.slice(0, 1000)));
}

function withQuotes(move: ResolveMove, keep: (quote: Quote) => boolean): ResolveMove {
  return {
    ...move,
    evidence: (move.evidence ?? []).filter(keep),
    ruledOut: (move.ruledOut ?? []).map((rival) => ({ ...rival, evidence: (rival.evidence ?? []).filter(keep) })),
  };
}

/** True when the text stands in a result, as far as it is visible: of a long one the middle is not. */
function stands({ id, quote }: Quote, steps: readonly DiagnosisStep[]): boolean {
  const wanted = squeeze(quote);
  return steps
    .flatMap((step) => step.results)
    .some((result) => result.evidenceID === id && squeeze(`${result.text}\n${result.stderr ?? ''}`).includes(wanted));
}

/** How a refusal shows a quotation: as a JSON string of its first characters. */
function shown({ quote }: Quote): string {
  return JSON.stringify(squeeze(quote).slice(0, 160)).slice(0, -1);
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
