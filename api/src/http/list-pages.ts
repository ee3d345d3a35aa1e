import type { KubeObject, ListPage, ResourceClient } from '@nannyapi/runtime';
import { CALL } from './kube-call.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

/** Items of a page when the request says nothing. */
export const DEFAULT_LIMIT = 100;
/** Most items of a page. */
export const MAX_LIMIT = 500;
/** Pages that one filtered list reads at most, so that a rare match costs a bounded time. */
const MAX_PAGES = 20;

/** Which part of a collection to list. */
export interface PageQuery {
  /** Absent: of all namespaces, or of a kind that is in none. */
  namespace?: string | undefined;
  limit?: number | undefined;
  continue?: string | undefined;
  labelSelector?: string | undefined;
}

/**
 * One page of a collection, of what matches.
 *
 * The API server selects by labels and hardly anything else, so filters are applied here: pages are read until the limit
 * is reached, hence a page may hold fewer than asked for and still not be the last.
 *
 * @throws KubeApiError `Expired` when the token is too old.
 */
export async function listPage<T extends KubeObject>(
  resource: Pick<ResourceClient<T>, 'list'>,
  { limit = DEFAULT_LIMIT, ...query }: PageQuery,
  matches: (object: T) => boolean = () => true,
): Promise<ListPage<T>> {
  const items: T[] = [];
  let next = query.continue;
  let resourceVersion = '';
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await resource.list({ ...query, limit: limit - items.length, continue: next }, CALL);
    items.push(...page.items.filter(matches).map(withoutManagedFields));
    next = page.continue;
    ({ resourceVersion } = page);
    if (!next || items.length >= limit) break;
  }
  return { items, resourceVersion, ...(next ? { continue: next } : {}) };
}

/** Whether one of the texts holds the words that are searched for, in any case. Nothing searched for is in everything. */
export function holdsText(search: string | undefined, texts: readonly (string | undefined)[]): boolean {
  if (search === undefined) return true;
  const wanted = search.toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}
