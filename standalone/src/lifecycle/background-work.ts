import type { Clock, Logger } from '@nannyapi/process';

/** Time until a failed pass is tried again, ms. */
const RETRY_MS = 5000;

/**
 * Work that changes set off: one pass per key at a time, and another one when the key changed meanwhile.
 *
 * A pass that fails (a full disk) is logged and tried again later.
 */
export class BackgroundWork {
  readonly #name: string;
  readonly #log: Logger;
  readonly #clock: Pick<Clock, 'setTimer'>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  #isClosed = false;

  constructor(deps: { name: string; log: Logger; clock: Pick<Clock, 'setTimer'> }) {
    this.#name = deps.name;
    this.#log = deps.log;
    this.#clock = deps.clock;
  }

  /** Runs `work` for a key soon; a key that runs already runs once more afterwards. */
  run(key: string, work: () => Promise<void>): void {
    if (this.#isClosed) return;
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    const pass = this.#pass(key, work);
    this.#running.set(key, pass);
  }

  async #pass(key: string, work: () => Promise<void>): Promise<void> {
    // Later in this turn, so that a change that comes with others sees them all.
    await Promise.resolve();
    try {
      await work();
    } catch (error) {
      this.#log.warn({ err: error, work: this.#name }, 'Background work failed');
      this.#clock.setTimer(RETRY_MS, () => this.run(key, work));
    }
    this.#running.delete(key);
    if (this.#again.delete(key)) this.run(key, work);
  }

  /** Takes no more work and waits for what runs. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#again.clear();
    await Promise.all(this.#running.values());
  }
}
