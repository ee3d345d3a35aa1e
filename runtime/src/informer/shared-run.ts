/** A task that several users may start: it runs once, from the first start until the last user's signal aborts. */
export class SharedRun {
  readonly #task: (signal: AbortSignal) => Promise<void>;
  #users = 0;
  #stop = new AbortController();
  #running: Promise<void> | undefined;

  /** @param task runs until its signal aborts and never rejects. */
  constructor(task: (signal: AbortSignal) => Promise<void>) {
    this.#task = task;
  }

  /** Resolves when the signal has aborted and, for the last user, the task has ended. */
  async join(signal: AbortSignal): Promise<void> {
    this.#users += 1;
    if (!this.#running) {
      this.#stop = new AbortController();
      this.#running = this.#task(this.#stop.signal);
    }
    const running = this.#running;
    await aborted(signal);
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#stop.abort();
    this.#running = undefined;
    await running;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
