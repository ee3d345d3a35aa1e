import type { Clock } from '@nannyapi/process';

/** Sleeps until the time is up or one of the signals aborts. */
export async function pause(clock: Clock, ms: number, signals: AbortSignal[]): Promise<void> {
  const wake = new AbortController();
  const onAbort = (): void => wake.abort();
  for (const signal of signals) {
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  }
  // Only waking ends a sleep early, and that is no failure.
  await clock.sleep(ms, { signal: wake.signal }).catch(() => undefined);
  for (const signal of signals) signal.removeEventListener('abort', onAbort);
}
