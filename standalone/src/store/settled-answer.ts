import { CodedError } from '@nannyapi/process';
import type { ObjectStore } from './object-store.ts';

/** HTTP statuses of refusals that rest on the request alone, never on the state of an object. */
const OF_THE_REQUEST: ReadonlySet<number> = new Set([400, 401, 405, 406, 413, 415]);

/**
 * Gives the answer to a write; a refusal, and what a dry run led to, only once everything it may rest on is on disk.
 *
 * Writes are decided on heads, that is, on writes of others that are still on their way to disk. A write that is
 * stored lies behind those in the same log. A refusal is stored nowhere: told at once, a client could read the object
 * that it was told of and not find it, or a crash could take that object back.
 *
 * @throws what `answer` throws; CodedError `StorageFailed` when what the refusal rests on was lost.
 */
export async function settledAnswer<T>(
  store: Pick<ObjectStore, 'allSettled'>,
  answer: () => T | Promise<T>,
  isDryRun: boolean,
): Promise<T> {
  try {
    const answered = await answer();
    if (isDryRun) await store.allSettled();
    return answered;
  } catch (error) {
    if (!(error instanceof CodedError && OF_THE_REQUEST.has(error.status))) await store.allSettled();
    throw error;
  }
}
