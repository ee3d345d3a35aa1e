import type { Clock, Logger } from '@nannyapi/process';
import type { Lease } from './lease.ts';
import type { LeaseClient } from './lease-lock.ts';

/** What {@link watchLease} needs. */
export interface LeaseWatchOptions {
  leases: Pick<LeaseClient, 'watch'>;
  namespace: string;
  name: string;
  /** Milliseconds before a watch that ended is opened again. */
  restartMs: number;
  clock: Clock;
  log: Logger;
}

/** The server closes a watch after so long. */
const WATCH_SECONDS = 300;

/**
 * Tells every change of a lease until the signal aborts; never rejects.
 *
 * It only makes candidates faster: they see a release at once and date each renewal better than by polling. Who may
 * not watch leases, or loses the watch, still polls.
 *
 * @param tell gets the lease, or `undefined` when it was deleted.
 */
export async function watchLease(
  options: LeaseWatchOptions,
  tell: (lease: Lease | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  const { leases, namespace, name, restartMs, clock, log } = options;
  const query = { namespace, fieldSelector: `metadata.name=${name}`, timeoutSeconds: WATCH_SECONDS };
  while (!signal.aborted) {
    try {
      for await (const event of leases.watch(query, { signal })) {
        if (event.type !== 'BOOKMARK') tell(event.type === 'DELETED' ? undefined : event.object);
      }
      await clock.sleep(restartMs, { signal });
    } catch (error) {
      if (signal.aborted) return;
      log.debug({ err: error }, 'Cannot watch the lease');
      await clock.sleep(restartMs, { signal }).catch(() => undefined);
    }
  }
}
