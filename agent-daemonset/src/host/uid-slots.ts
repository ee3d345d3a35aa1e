/** First user id of the range; above what distributions and container runtimes commonly hand out, below 65534. */
const FIRST_UID = 64_911;
/** Runs that may be caged at one time. */
const SLOTS = 32;

/** Hands out user ids, so that no two runs at one time are the same user and could signal or read one another. */
export class UidSlots {
  readonly #taken = new Set<number>();

  /** @returns a user id that no other run has; dispose it when the run's last process is gone. */
  take(): { uid: number; [Symbol.dispose](): void } {
    for (let uid = FIRST_UID; uid < FIRST_UID + SLOTS; uid += 1) {
      if (this.#taken.has(uid)) continue;
      this.#taken.add(uid);
      return { uid, [Symbol.dispose]: () => this.#taken.delete(uid) };
    }
    throw new Error(`More than ${SLOTS} runs at one time`);
  }
}
