import { withDeadline, type Clock } from '@nannyapi/process';
import type { Informer, KubeObject } from '@nannyapi/runtime';
import { ApiError } from './api-error.ts';

/** How long a request waits for a cache that has just been started, in milliseconds. */
const SYNC_WAIT_MS = 10_000;

/** Waits until a cache holds the state of the API server. @throws ApiError `Unavailable`. */
export async function waitForCache(
  informer: Pick<Informer<KubeObject>, 'hasSynced' | 'waitForSync'>,
  clock: Clock,
): Promise<void> {
  if (informer.hasSynced()) return;
  using deadline = withDeadline(SYNC_WAIT_MS, { clock });
  try {
    await informer.waitForSync({ signal: deadline.signal });
  } catch (cause) {
    throw new ApiError('Unavailable', 'The cache of this replica is not filled yet', { cause, retryAfterSeconds: 1 });
  }
}
