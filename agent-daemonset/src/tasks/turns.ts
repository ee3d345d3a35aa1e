/** Alone, or together with others that are not alone. */
export type TurnKind = 'Shared' | 'Alone';

interface Waiting {
  kind: TurnKind;
  start: () => void;
}

/**
 * Lets commands run side by side and a trace by itself: what runs beside a trace shows up in it, and two at once
 * double its cost. First come, first served, so neither kind starves.
 */
export class Turns {
  #running = 0;
  #isAlone = false;
  readonly #queue: Waiting[] = [];

  /** Waits for a turn. @throws the signal's reason. Dispose the turn when the work is done. */
  async take(kind: TurnKind, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { kind, start: resolve };
    const onAbort = (): void => {
      const at = this.#queue.indexOf(waiting);
      if (at < 0) return;
      this.#queue.splice(at, 1);
      reject(signal.reason as Error);
      this.#admit();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#queue.push(waiting);
    this.#admit();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    return { [Symbol.dispose]: () => this.#leave() };
  }

  #admit(): void {
    for (let next = this.#queue[0]; next && this.#fits(next.kind); next = this.#queue[0]) {
      this.#queue.shift();
      this.#running += 1;
      this.#isAlone = next.kind === 'Alone';
      next.start();
    }
  }

  #fits(kind: TurnKind): boolean {
    return kind === 'Alone' ? this.#running === 0 : !this.#isAlone;
  }

  #leave(): void {
    this.#running -= 1;
    this.#isAlone = false;
    this.#admit();
  }
}
