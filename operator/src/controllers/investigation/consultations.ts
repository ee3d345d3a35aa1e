import type { Investigation } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';

/** What came of asking. */
export type Settled<R> = { value: R } | { error: unknown };

interface Consultation<R> {
  step: number;
  controller: AbortController;
  done: Promise<void>;
  settled?: Settled<R>;
}

/**
 * The questions to diagnosticians that are under way or answered and not yet acted on.
 *
 * A model may think for a minute. A pass starts the call, waits a moment for quick answers and returns; the answer
 * wakes the run. So no worker is held up by a slow model, and a cancel is seen at once. This memory only saves a second
 * call: after a crash the same question follows from the stored objects again.
 */
export class Consultations<R> {
  readonly #byUID = new Map<string, Consultation<R>>();
  readonly #clock: Pick<Clock, 'setTimer'>;
  readonly #wake: (investigation: Investigation) => void;
  #isStopped = false;

  constructor(deps: { clock: Pick<Clock, 'setTimer'>; wake: (investigation: Investigation) => void }) {
    this.#clock = deps.clock;
    this.#wake = deps.wake;
  }

  /**
   * Asks once for each step of a run.
   *
   * @param ask is called when this step was not asked about before.
   * @returns the answer, or `undefined` while it is awaited.
   */
  async ask(
    about: { investigation: Investigation; step: number; patienceMs: number },
    ask: (signal: AbortSignal) => Promise<R>,
  ): Promise<Settled<R> | undefined> {
    const { investigation, step, patienceMs } = about;
    const uid = investigation.metadata.uid ?? '';
    let consultation = this.#byUID.get(uid);
    if (consultation?.step !== step) {
      this.forget(uid);
      consultation = this.#start(about, ask);
      this.#byUID.set(uid, consultation);
      await this.#waitAMoment(consultation, patienceMs);
    }
    // What was dropped meanwhile has no answer any more, only the error of its end.
    return consultation.controller.signal.aborted ? undefined : consultation.settled;
  }

  /** Drops what is known about a run and aborts its call. */
  forget(uid: string): void {
    const consultation = this.#byUID.get(uid);
    this.#byUID.delete(uid);
    if (consultation && !consultation.settled)
      consultation.controller.abort(new Error('The run no longer needs an answer'));
  }

  /** Aborts all calls; resolves when they have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const all = [...this.#byUID.values()];
    for (const uid of this.#byUID.keys()) this.forget(uid);
    await Promise.all(all.map(({ done }) => done));
  }

  #start(
    about: { investigation: Investigation; step: number },
    ask: (signal: AbortSignal) => Promise<R>,
  ): Consultation<R> {
    const controller = new AbortController();
    if (this.#isStopped) controller.abort(new Error('The operator is stopping'));
    const consultation: Consultation<R> = { step: about.step, controller, done: Promise.resolve() };
    const settle = (settled: Settled<R>): void => {
      consultation.settled = settled;
      if (!controller.signal.aborted) this.#wake(about.investigation);
    };
    consultation.done = ask(controller.signal).then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
    return consultation;
  }

  async #waitAMoment({ done }: Consultation<R>, patienceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(patienceMs, resolve);
    await Promise.race([done, promise]);
    timer.cancel();
  }
}
