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
 * Sums the histogram of request sizes that a block trace printed, in bpftrace's text or JSON form.
 *
 * @returns `undefined` when no result of the step holds a histogram: the trace did not run, or saw nothing.
 */
export function readBlockHistogram(step: DiagnosisStep): BlockTrace | undefined {
  for (const result of step.results) {
    const buckets = histogramBuckets(result);
    if (buckets.length === 0) continue;
    const largest = buckets.reduce((best, bucket) => (bucket.value > best.value ? bucket : best));
    return { requests: buckets.reduce((sum, bucket) => sum + bucket.value, 0), quotes: [largest.quote] };
  }
  return undefined;
}

function histogramBuckets(result: StepResult): TraceEntry[] {
  const buckets: TraceEntry[] = [];
  for (const line of result.text.split('\n')) {
    const text = /^[[(].*[)\]]\s+(\d+)\s*\|/u.exec(line);
    if (text) buckets.push({ key: '', value: Number(text[1]), quote: quoteOf(result, line) });
    for (const [match, count] of line.matchAll(/\{[^{}]*"count":\s*(\d+)[^{}]*\}/gu)) {
      buckets.push({ key: '', value: Number(count), quote: quoteOf(result, match) });
    }
  }
  return buckets;
}

/** Entries of the bpftrace map `@name` in any result of the step, largest first. */
export function readTraceMap(step: DiagnosisStep, name: string): TraceEntry[] {
  const row = new RegExp(`^@${name}\\[(.+)\\]: (\\d+)\\s*$`, 'u');
  const entries: TraceEntry[] = [];
  for (const result of step.results) {
    for (const line of result.text.split('\n')) {
      const text = row.exec(line);
      if (text) entries.push({ key: text[1] ?? '', value: Number(text[2]), quote: quoteOf(result, line) });
      if (!line.includes('"map"') || !line.includes(`"@${name}"`)) continue;
      for (const [match, key = '', value] of line.matchAll(/"([^"{}@][^"{}]*)":\s*(\d+)/gu)) {
        entries.push({ key, value: Number(value), quote: quoteOf(result, match) });
      }
    }
  }
  return entries.sort((a, b) => b.value - a.value);
}

function quoteOf(result: StepResult, text: string): Quote {
  return { id: result.evidenceID, quote: text.trim().slice(0, 1000) };
}
