/** Bounds of the delay, in milliseconds. */
const FIRST_MS = 100;
const MAX_MS = 10_000;

/**
 * Growing, jittered delays between restarts.
 *
 * The jitter takes up to half away, so that the informers of many processes do not all come back
 * to a restarted API server in the same instant.
 */
export class RestartDelay {
  readonly #random: () => number;
  #failures = 0;

  /** @param random gives numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Failures since the last progress. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const delayMs = Math.min(FIRST_MS * 2 ** this.#failures, MAX_MS);
    this.#failures += 1;
    return delayMs * (0.5 + this.#random() / 2);
  }

  /** Says that something worked, so that the next failure counts as the first. */
  reset(): void {
    this.#failures = 0;
  }
}
