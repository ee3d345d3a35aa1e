import type { ListOptions } from '../request/list-options.ts';
import { badRequest, expired } from '../status/status-error.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { parseResourceVersion, tooLarge } from './resource-version.ts';

/**
 * The revision that a list shows, by `resourceVersion`, `resourceVersionMatch` and `limit`.
 *
 * The present satisfies every request but `Exact`, and a paged list without a match is meant exactly; see "Resource
 * versions" in the Kubernetes API concepts.
 *
 * @throws StatusError Timeout for a version that is not reached yet, Expired for one out of the window.
 */
export function readListVersion(options: ListOptions, store: ObjectStore): number {
  const { resourceVersion, match, limit } = options;
  const wanted = parseResourceVersion(resourceVersion, (why) => badRequest(`invalid resource version: ${why}`));
  if (wanted > store.revision) throw tooLarge(wanted, store.revision);
  const isExact = match === 'Exact' || (match === '' && limit > 0);
  if (wanted === 0 || !isExact) return store.revision;
  if (wanted < store.compactedRevision) throw expired(`The resourceVersion for the provided list is too old.`);
  return wanted;
}

/** True when the limit counts: with version "0" any state will do, so the whole of it is given at once. */
export function isPaged({ resourceVersion, limit, continueToken }: ListOptions): boolean {
  return limit > 0 && (resourceVersion !== '0' || continueToken !== '');
}
