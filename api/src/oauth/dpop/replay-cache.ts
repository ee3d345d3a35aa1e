/** Most proofs that are remembered of one slot; at 10,000 agents there are some 30,000. */
const MAX_PER_SLOT = 262_144;

/**
 * The proofs that this replica has taken, for as long as their nonces are good.
 *
 * They are kept by the slot of their nonce and forgotten with it: a proof that comes again has the same nonce.
 */
export class ReplayCache {
  readonly #slots = new Map<number, Set<string>>();
  readonly #maxPerSlot: number;

  constructor(maxPerSlot: number = MAX_PER_SLOT) {
    this.#maxPerSlot = maxPerSlot;
  }

  /**
   * Takes a proof, once.
   *
   * @param id of the proof, unique for its key
   * @param slot of its nonce
   * @param oldestSlot everything before it is forgotten
   */
  take(id: string, slot: number, oldestSlot: number): 'Taken' | 'Replayed' | 'Full' {
    const present = this.#slots.get(slot) ?? this.#open(slot, oldestSlot);
    if (present.has(id)) return 'Replayed';
    // Forgetting one would let it be replayed; whoever sends so many can wait for the next nonce.
    if (present.size >= this.#maxPerSlot) return 'Full';
    present.add(id);
    return 'Taken';
  }

  /** How many are remembered. */
  get size(): number {
    return this.#slots.values().reduce((sum, slot) => sum + slot.size, 0);
  }

  #open(slot: number, oldestSlot: number): Set<string> {
    for (const old of this.#slots.keys()) if (old < oldestSlot) this.#slots.delete(old);
    const opened = new Set<string>();
    this.#slots.set(slot, opened);
    return opened;
  }
}
