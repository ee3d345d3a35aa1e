import { systemClock } from '@nannyapi/process';

/** Tells on stderr what is being done, with the seconds since the start. */
export class Progress {
  readonly #startMs = systemClock.monotonicMs();

  tell(what: string): void {
    const seconds = ((systemClock.monotonicMs() - this.#startMs) / 1000).toFixed(1);
    process.stderr.write(`${seconds.padStart(6)} s  ${what}\n`);
  }
}
