/** What runs and must be waited for, and what must be closed, last opened first. */
export class Parts {
  readonly failed: Promise<never>;
  readonly #fail: (error: unknown) => void;
  readonly #running: Promise<void>[] = [];
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    // Nobody may be listening when a part fails during shutdown.
    promise.catch(() => undefined);
    this.#fail = reject;
  }

  onClose(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  run(name: string, part: Promise<void>): void {
    this.#running.push(part.catch((error: unknown) => this.#fail(new Error(`${name} stopped`, { cause: error }))));
  }

  /** Fails with a part that ends by being closed. */
  watch(name: string, part: Promise<void>): void {
    part.catch((error: unknown) => this.#fail(new Error(`${name} stopped`, { cause: error })));
  }

  async close(): Promise<void> {
    await Promise.all(this.#running);
    for (const close of this.#closers.toReversed()) await close();
  }
}
