import { abortReason } from './abort-reason.ts';
import { systemClock, type Clock } from './clock.ts';
import { CodedError } from './coded-error.ts';

/** A signal with an end in time; dispose it when the work is done, so that nothing stays behind. */
export interface Deadline {
  /** Aborts with the parent's reason, or with a CodedError `DeadlineExceeded` (504). */
  readonly signal: AbortSignal;
  [Symbol.dispose](): void;
}

/** What else ends the wait, and by whose clock it is measured. */
export interface DeadlineOptions {
  signal?: AbortSignal | undefined;
  clock?: Pick<Clock, 'setTimer'> | undefined;
}

/**
 * Bounds work in time: `using deadline = withDeadline(5_000, { signal })`.
 *
 * Unlike `AbortSignal.any` with `AbortSignal.timeout` it leaves neither timer nor listener
 * on a long-lived parent once disposed.
 *
 * @param ms milliseconds from now.
 */
export function withDeadline(ms: number, options: DeadlineOptions = {}): Deadline {
  const { signal: parent, clock = systemClock } = options;
  const controller = new AbortController();
  const onParentAbort = (): void => controller.abort(abortReason(parent));
  const timer = clock.setTimer(ms, () => {
    controller.abort(
      new CodedError({ code: 'DeadlineExceeded', message: `Nothing came within ${ms} ms`, status: 504 }),
    );
  });
  if (parent?.aborted) onParentAbort();
  else parent?.addEventListener('abort', onParentAbort, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      timer.cancel();
      parent?.removeEventListener('abort', onParentAbort);
    },
  };
}
