import { CodedError, type Clock } from '@nannyapi/process';

/** A signal that aborts with the parent's, or with `DeadlineExceeded` when nothing was heard for too long. */
export class IdleSignal implements Disposable {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #onParentAbort = (): void => this.#controller.abort(this.#parent.reason);
  #limitMs: number;
  #heardMs: number;
  #timer: { cancel(): void };

  /** @param limitMs milliseconds of silence that are too long. */
  constructor(limitMs: number, { clock, parent }: { clock: Clock; parent: AbortSignal }) {
    this.#clock = clock;
    this.#parent = parent;
    this.#limitMs = limitMs;
    this.#heardMs = clock.monotonicMs();
    this.#timer = clock.setTimer(limitMs, () => this.#check());
    if (parent.aborted) this.#onParentAbort();
    else parent.addEventListener('abort', this.#onParentAbort, { once: true });
  }

  /** The signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came. Cheap: the timer is not touched, it looks at the time itself when it fires. */
  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  /** Something came, and from now on another silence is too long. */
  heardAndAllow(limitMs: number): void {
    this.heard();
    this.#limitMs = limitMs;
    this.#timer.cancel();
    this.#timer = this.#clock.setTimer(limitMs, () => this.#check());
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
    this.#parent.removeEventListener('abort', this.#onParentAbort);
  }

  #check(): void {
    const leftMs = this.#heardMs + this.#limitMs - this.#clock.monotonicMs();
    if (leftMs > 0) {
      this.#timer = this.#clock.setTimer(leftMs, () => this.#check());
      return;
    }
    const message = `Nothing came for ${this.#limitMs} ms`;
    this.#controller.abort(new CodedError({ code: 'DeadlineExceeded', message, status: 504 }));
  }
}
