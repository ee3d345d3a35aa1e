import { abortReason } from './abort-reason.ts';

/**
 * The outcome of a promise, or the signal's reason when that aborts first.
 *
 * For waits on what cannot be told to stop. The work behind the promise goes on; its late outcome, even a
 * rejection, is dropped.
 */
export async function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(abortReason(signal));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    // The signal stands first, so that an aborted one wins over a promise that has settled as well.
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
