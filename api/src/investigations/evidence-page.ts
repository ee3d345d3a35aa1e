import { ApiError } from '../http/api-error.ts';
import { holdsText } from '../http/list-pages.ts';
import type { EvidenceItem } from './evidence-service.ts';

/** Which items of a run to list. */
export interface EvidencePageQuery {
  limit: number;
  continue?: string | undefined;
  search?: string | undefined;
  outcome?: string | undefined;
}

/** A page of items. */
export interface EvidencePage {
  metadata: { continue?: string };
  items: EvidenceItem[];
}

/**
 * One page of what matches.
 *
 * A run only ever gets further items, at the end: so a page starts after a number of items, and the token says which.
 *
 * @throws ApiError `BadRequest` for a token that is none.
 */
export function pageOfItems(items: readonly EvidenceItem[], query: EvidencePageQuery): EvidencePage {
  const { limit, search, outcome } = query;
  const start = startOf(query.continue);
  const matching = items.filter(
    (item) => (outcome === undefined || item.outcome === outcome) && holdsText(search, [item.id, item.source]),
  );
  const end = start + limit;
  return { metadata: end < matching.length ? { continue: `after-${end}` } : {}, items: matching.slice(start, end) };
}

function startOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const [, start] = /^after-(\d{1,9})$/.exec(token) ?? [];
  if (start === undefined) throw new ApiError('BadRequest', 'The list token is not one that a list of evidence gave');
  return Number(start);
}
