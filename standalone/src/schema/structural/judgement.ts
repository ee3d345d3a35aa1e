import type { Cause } from '../kinds.ts';

/**
 * What a value was found to be by one schema: its violations, and how many checks it passed, by which the alternative
 * that was most likely meant is chosen (as kube-openapi's `MatchCount` does).
 */
export interface Judgement {
  causes: Cause[];
  matches: number;
}

/** Gathers judgements; what is said twice of the same place is kept once. */
export class JudgementSum implements Judgement {
  readonly causes: Cause[] = [];
  matches = 0;
  /** Made for the first cause: nearly all that is judged, each node of each object, is sound. */
  #told: Set<string> | undefined;

  add(causes: readonly Cause[]): void {
    if (causes.length === 0) return;
    this.#told ??= new Set();
    for (const cause of causes) {
      const key = `${cause.field} ${cause.message}`;
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      this.causes.push(cause);
    }
  }

  merge(other: Judgement): void {
    this.add(other.causes);
    this.matches += other.matches;
  }
}
