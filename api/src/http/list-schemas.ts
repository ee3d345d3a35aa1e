import { API_VERSION } from '@nannyapi/crds';
import type { ListPage } from '@nannyapi/runtime';
import { DEFAULT_LIMIT, MAX_LIMIT, type PageQuery } from './list-pages.ts';
import { NAME_SCHEMA } from './schemas.ts';

/** What every list is asked by. */
export interface ListQuery extends Pick<PageQuery, 'limit' | 'continue' | 'labelSelector'> {
  search?: string;
}

/** A list over all namespaces instead of one. */
export interface AllNamespacesQuery {
  allNamespaces?: boolean;
}

/** The query parameters of a list, with some of its own. */
export function listQuery(own: Readonly<Record<string, object>> = {}): object {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      limit: {
        description: `Most items in the page. Default: ${DEFAULT_LIMIT}.`,
        type: 'integer',
        minimum: 1,
        maximum: MAX_LIMIT,
      },
      continue: { description: 'Where the page starts, from the page before.', type: 'string', maxLength: 4096 },
      ...own,
    },
  };
}

/** Labels that items must have. */
export const LABEL_SELECTOR = {
  description: 'Labels that items have, as kubectl takes them: `a=b,c!=d,e in (f,g)`.',
  type: 'string',
  maxLength: 1024,
};

/** A text that items must hold. */
export function searchIn(fields: string): object {
  return {
    description: `Items that hold this text in ${fields}, in any case.`,
    type: 'string',
    minLength: 1,
    maxLength: 100,
  };
}

/** Whether the list is over all namespaces. */
export const ALL_NAMESPACES = {
  description: 'The items of all namespaces; needs the right to list in all.',
  type: 'boolean',
};

/** The name of something that items belong to. */
export function nameOf(description: string): object {
  return { description, ...NAME_SCHEMA };
}

/** A page as it is answered. */
export function listOf<T>(kind: string, { items, ...metadata }: ListPage<T>): object {
  return { apiVersion: API_VERSION, kind: `${kind}List`, metadata, items };
}

/** The remark of a list with filters. */
export const PAGE = 'One page. With a filter it may hold fewer than the limit and not be the last.';
