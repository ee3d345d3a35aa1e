/** First user id of the range; above what distributions and container runtimes commonly hand out, below 65534. */
const FIRST_UID = 64_911;
/** Runs of one agent that may be caged at one time. */
const SLOTS = 32;
/** Blocks of {@link SLOTS}, so that agents of one machine seldom share users. */
const BLOCKS = 18;

/** Hands out user ids, so that no two runs at one time are the same user and could signal or read one another. */
export class UidSlots {
  readonly #first: number;
  readonly #taken = new Set<number>();

  /** @param seed any number that differs between the agents of a machine. */
  constructor(seed: number) {
    this.#first = FIRST_UID + (seed % BLOCKS) * SLOTS;
  }

  /** All user ids of this agent; whoever runs as one of them is, or was, its run. */
  all(): number[] {
    return Array.from({ length: SLOTS }, (_, index) => this.#first + index);
  }

  /** @returns a user id that no other run of this agent has; dispose it when the run's last process is gone. */
  take(): { uid: number; [Symbol.dispose](): void } {
    for (let uid = this.#first; uid < this.#first + SLOTS; uid += 1) {
      if (this.#taken.has(uid)) continue;
      this.#taken.add(uid);
      return { uid, [Symbol.dispose]: () => this.#taken.delete(uid) };
    }
    throw new Error(`More than ${SLOTS} runs at one time`);
  }
}
