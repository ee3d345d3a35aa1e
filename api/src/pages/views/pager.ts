import { html, type Html } from '../html/html.ts';

/** A path with a query, without what is not set. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return known.length === 0 ? path : `${path}?${new URLSearchParams(known).toString()}`;
}

/** The ways on from one page of a list: to its start, and to what comes next. The API server knows no way back. */
export function pagerView(page: {
  path: string;
  query: Readonly<Record<string, string | undefined>>;
  isFirst: boolean;
  next: string | undefined;
}): Html | undefined {
  const { path, query, isFirst, next } = page;
  if (isFirst && next === undefined) return undefined;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${
      !isFirst && html`<a class="button" href="${withQuery(path, query)}">First page</a>`
    }${next !== undefined && html`<a class="button" rel="next" href="${withQuery(path, { ...query, continue: next })}">Next page</a>`}
  </nav>`;
}
