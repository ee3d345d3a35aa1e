import type { Clock } from '@nannyapi/process';
import type { OAuthLimits } from '../oauth-limits.ts';

interface PendingStart {
  network: string;
  endMs: number;
}

/**
 * Counts the codes that wait for a person, by where they came from: those of all replicas, as the cache tells, and
 * those that this replica is about to write.
 *
 * A flood is refused by it before anything of it is read: one look into a map. It bounds what strangers can make this
 * program store, and it hits those alone who come from where the flood does, as long as the total is not reached.
 */
export class PendingStarts {
  readonly #limits: OAuthLimits;
  readonly #clock: Clock;
  /** By name of the code, oldest first for all practical purposes: all live equally long. */
  readonly #pending = new Map<string, PendingStart>();
  readonly #perNetwork = new Map<string, number>();

  constructor(limits: OAuthLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get size(): number {
    this.#forgetEnded();
    return this.#pending.size;
  }

  /** How long a further start from a network has to wait, in seconds; `undefined` when it may come. */
  retryAfterSeconds(network: string): number | undefined {
    this.#forgetEnded();
    const isFull =
      this.#pending.size >= this.#limits.pendingTotal ||
      (this.#perNetwork.get(network) ?? 0) >= this.#limits.pendingPerAddress;
    return isFull ? this.#limits.codeLifetimeSeconds / 10 : undefined;
  }

  /** Counts a code; once, however often it is told of. */
  add(name: string, network: string, expirationTime: Date): void {
    if (this.#pending.has(name)) return;
    this.#pending.set(name, { network, endMs: expirationTime.getTime() });
    this.#perNetwork.set(network, (this.#perNetwork.get(network) ?? 0) + 1);
  }

  /** Counts a code no more: it was decided on, deleted or never written. */
  remove(name: string): void {
    const start = this.#pending.get(name);
    if (!start) return;
    this.#pending.delete(name);
    const left = (this.#perNetwork.get(start.network) ?? 1) - 1;
    if (left > 0) this.#perNetwork.set(start.network, left);
    else this.#perNetwork.delete(start.network);
  }

  #forgetEnded(): void {
    const nowMs = this.#clock.now().getTime();
    for (const [name, { endMs }] of this.#pending) {
      if (endMs > nowMs) return;
      this.remove(name);
    }
  }
}
