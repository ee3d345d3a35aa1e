import { badRequest, expired, StatusError } from '../status/status-error.ts';
import type { ObjectStore } from '../store/object-store.ts';

/** A `resourceVersion` parameter as a number; undefined when unset. @throws StatusError BadRequest for anything else. */
export function readResourceVersion(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: must be a non-negative integer`);
  }
  return Number(text);
}

/**
 * The revision that a list shows, by `resourceVersion` and `resourceVersionMatch`.
 *
 * The present satisfies every request but `Exact`; see "Resource versions" in the Kubernetes API concepts.
 *
 * @throws StatusError Timeout for a version that is not reached yet, Expired for one out of the window.
 */
export function readListVersion(query: URLSearchParams, store: ObjectStore): number {
  const wanted = readResourceVersion(query);
  const match = query.get('resourceVersionMatch') ?? '';
  checkMatch(match, wanted);
  if (wanted === undefined || wanted === 0) return store.revision;
  if (wanted > store.revision) throw tooLarge(wanted, store.revision);
  if (match !== 'Exact') return store.revision;
  if (wanted < store.compactedRevision) throw expired(`The resourceVersion for the provided list is too old.`);
  return wanted;
}

/** 504 with a retry hint: the version asked for is from a future this server has not seen. */
export function tooLarge(wanted: number, current: number): StatusError {
  return new StatusError('Timeout', `Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

function checkMatch(match: string, wanted: number | undefined): void {
  if (match === '') return;
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw badRequest(
      `resourceVersionMatch: Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`,
    );
  }
  if (wanted === undefined) throw badRequest('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (wanted === 0 && match === 'Exact') {
    throw badRequest('resourceVersionMatch: "exact" is forbidden for resourceVersion "0"');
  }
}
