import { abortReason, CodedError, withDeadline, type Clock } from '@nannyapi/process';

/** Ends the passes of a controller that is being stopped. */
export interface StopSignals {
  /** What the passes get: it aborts when their time to end by themselves is up. */
  readonly passes: AbortSignal;
  [Symbol.dispose](): void;
}

/**
 * Gives passes that run when a controller is stopped some time to end by themselves.
 *
 * None when leadership was lost: whatever they would still do is another's to do.
 */
export function stopSignals(stop: AbortSignal, drainMs: number, clock: Clock): StopSignals {
  const passes = new AbortController();
  let cancel = (): void => undefined;
  const onStop = (): void => {
    const reason = abortReason(stop);
    if (reason instanceof CodedError && reason.code === 'NotLeading') {
      passes.abort(reason);
      return;
    }
    const drain = withDeadline(drainMs, { clock });
    drain.signal.addEventListener('abort', () => passes.abort(reason), { once: true });
    cancel = () => drain[Symbol.dispose]();
  };
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  return {
    passes: passes.signal,
    [Symbol.dispose]: () => {
      stop.removeEventListener('abort', onStop);
      cancel();
    },
  };
}
