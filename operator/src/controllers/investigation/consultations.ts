import type { Investigation } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';

/** What came of asking. */
export type Settled<R> = { value: R } | { error: unknown };

/** What is known of a question. */
export interface Answer<R, P> {
  /** Absent while the answer is awaited. */
  settled?: Settled<R>;
  /** What was reported on the way. */
  progress?: P;
}

/** Asks one question; `report` tells what is known before the answer is. */
export type Question<R, P> = (signal: AbortSignal, report: (progress: P) => void) => Promise<R>;

interface Consultation<R, P> extends Answer<R, P> {
  step: number;
  controller: AbortController;
  done: Promise<void>;
}

/**
 * The questions to diagnosticians that are under way or answered and not yet acted on.
 *
 * A model may think for a minute. A pass starts the call, waits a moment for quick answers and returns; the answer
 * wakes the run. So no worker is held up by a slow model, and a cancel is seen at once. This memory only saves a second
 * call: after a crash the same question follows from the stored objects again.
 */
export class Consultations<R, P> {
  readonly #byUID = new Map<string, Consultation<R, P>>();
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
   * @returns what is known of it after a moment.
   */
  async ask(
    about: { investigation: Investigation; step: number; patienceMs: number },
    ask: Question<R, P>,
  ): Promise<Answer<R, P>> {
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
    return consultation.controller.signal.aborted ? {} : consultation;
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

  #start(about: { investigation: Investigation; step: number }, ask: Question<R, P>): Consultation<R, P> {
    const controller = new AbortController();
    if (this.#isStopped) controller.abort(new Error('The operator is stopping'));
    const consultation: Consultation<R, P> = { step: about.step, controller, done: Promise.resolve() };
    const settle = (settled: Settled<R>): void => {
      consultation.settled = settled;
      if (!controller.signal.aborted) this.#wake(about.investigation);
    };
    const report = (progress: P): void => {
      consultation.progress = progress;
    };
    consultation.done = ask(controller.signal, report).then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
    return consultation;
  }

  async #waitAMoment({ done }: Consultation<R, P>, patienceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(patienceMs, resolve);
    await Promise.race([done, promise]);
    timer.cancel();
  }
}
