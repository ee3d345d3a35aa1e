import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep, StepResult } from '../../diagnostician.ts';

/** What a block trace counted. */
export interface BlockTrace {
  requests: number;
  quotes: Quote[];
}

/** A key of a map that a trace printed, such as `dd, 4711`, with its value. */
export interface TraceEntry {
  key: string;
  value: number;
  quote: Quote;
}

/**
 * Sums the histogram of request sizes that a block trace printed, a bucket a line as `@[4096, 8191] 12`.
 *
 * @returns `undefined` when no result of the step holds a histogram: the trace did not run, or saw nothing.
 */
export function readBlockHistogram(step: DiagnosisStep): BlockTrace | undefined {
  for (const result of step.results) {
    const buckets = [...result.text.matchAll(/^@\[(?:\d+|\.\.\.), (?:\d+|\.\.\.)\] (\d+)$/gmu)].map(
      ([line, count]) => ({
        line,
        count: Number(count),
      }),
    );
    if (buckets.length === 0) continue;
    const largest = buckets.reduce((best, bucket) => (bucket.count > best.count ? bucket : best));
    const requests = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
    return { requests, quotes: [quoteOf(result, largest.line)] };
  }
  return undefined;
}

/** Entries of the bpftrace map `@name` in any result of the step, an entry a line as `@name[key] 12`, largest first. */
export function readTraceMap(step: DiagnosisStep, name: string): TraceEntry[] {
  const row = new RegExp(`^@${name}\\[(.+)\\]:? (\\d+)$`, 'gmu');
  return step.results
    .flatMap((result) =>
      [...result.text.matchAll(row)].map(([line, key = '', value]) => ({
        key,
        value: Number(value),
        quote: quoteOf(result, line),
      })),
    )
    .sort((a, b) => b.value - a.value);
}

function quoteOf(result: StepResult, text: string): Quote {
  return { id: result.evidenceID, quote: text.trim().slice(0, 1000) };
}
