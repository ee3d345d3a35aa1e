import { abortReason } from './abort-reason.ts';

/** A timer that has not fired yet. */
export interface Timer {
  /** Stops the timer; harmless after it fired. */
  cancel(): void;
}

/** Time as the rest of the code sees it, so that tests can hold it still. */
export interface Clock {
  /** Wall-clock time; it may jump. */
  now(): Date;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. Keeps the process alive. */
  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** Calls `fn` once after `ms` milliseconds. The timer alone does not keep the process alive. */
  setTimer(ms: number, fn: () => void): Timer;
}

/** Longest delay that Node's timers take (2^31 - 1 ms); a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  // Somebody waits for a sleep, so it keeps the process alive: a reconnect must not end with the last socket.
  sleep: (ms, options) => sleepOn({ setTimer: (delayMs, fn) => startTimer(delayMs, fn) }, ms, options?.signal),
  setTimer: (ms, fn) => startTimer(ms, fn, { unref: true }),
};

function startTimer(ms: number, fn: () => void, options?: { unref: boolean }): Timer {
  let handle: NodeJS.Timeout;
  const arm = (remainingMs: number): void => {
    const stepMs = Math.min(remainingMs, MAX_TIMER_MS);
    handle = setTimeout(() => (remainingMs > stepMs ? arm(remainingMs - stepMs) : fn()), stepMs);
    if (options?.unref) handle.unref();
  };
  arm(Math.max(0, ms));
  return { cancel: () => clearTimeout(handle) };
}

/** Sleeps on any clock's timers. @throws the signal's reason, when it aborts. */
export async function sleepOn(clock: Pick<Clock, 'setTimer'>, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) throw abortReason(signal);
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      timer.cancel();
      reject(abortReason(signal));
    };
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
