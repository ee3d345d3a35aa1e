/** Bounds of a back-off, in milliseconds. */
export interface BackOffBounds {
  firstMs: number;
  maxMs: number;
}

/**
 * Delays that double up to a limit, each drawn at random from its upper half, so that agents that lost one server
 * together do not come back together.
 */
export class BackOff {
  readonly #bounds: BackOffBounds;
  readonly #random: () => number;
  #attempts = 0;

  /** @param random a number in [0, 1). */
  constructor(bounds: BackOffBounds, random: () => number = Math.random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** How long to wait before the next attempt. */
  nextMs(): number {
    const ceilingMs = Math.min(this.#bounds.maxMs, this.#bounds.firstMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.round(ceilingMs / 2 + (this.#random() * ceilingMs) / 2);
  }

  /** Starts over, after a success. */
  reset(): void {
    this.#attempts = 0;
  }
}
