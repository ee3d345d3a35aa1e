import type { Investigation } from '@nannyapi/crds';
import { html, path, type Html } from '../html/html.ts';
import { badge } from './badge.ts';
import { formField } from './form-field.ts';
import type { PageContext } from './layout.ts';
import { pagerView, withQuery } from './pager.ts';
import { runState, targetText } from './run-state.ts';
import { timeTag } from './time-text.ts';

/** What of a list is asked for. */
export interface InvestigationQuery {
  /** All when absent. */
  namespace?: string | undefined;
  search?: string | undefined;
  phase?: string | undefined;
  agent?: string | undefined;
  continue?: string | undefined;
}

/** One page of the list of runs. */
export interface InvestigationsPage {
  query: InvestigationQuery;
  items: readonly Investigation[];
  next: string | undefined;
  mayOpen: boolean;
}

/** The phases to filter by. */
export const PHASES = ['Pending', 'InProgress', 'Completed', 'Failed'] as const;
const PHASE_WORDS = {
  Pending: 'waiting',
  InProgress: 'running',
  Completed: 'with a verdict',
  Failed: 'without a verdict',
};

/** All runs of a namespace, and the way to a new one. */
export function investigationsView(page: InvestigationsPage, context: PageContext): Html {
  const { query, items, next, mayOpen } = page;
  const { continue: from, ...filter } = query;
  return html`<div class="headline">
      <h1>Investigations</h1>
      ${
        mayOpen &&
        html`<a
          class="button primary"
          href="${withQuery('/investigations/new', { namespace: query.namespace, agent: query.agent })}"
          >Ask a question</a
        >`
      }
    </div>
    ${filterView(query)} ${items.length === 0 ? emptyView(query, mayOpen) : tableView(items, query, context)}
    ${pagerView({ path: '/investigations', query: filter, isFirst: from === undefined, next })}`;
}

function filterView({ namespace, phase = '', agent, search }: InvestigationQuery): Html {
  const phases = PHASES.map((value) => ({ value, text: `${value}: ${PHASE_WORDS[value]}` }));
  return html`<form class="filter" method="get" action="/investigations" role="search" aria-label="Filter">
    ${formField({ name: 'search', label: 'Question, cause or plan', value: search, maxLength: 100 })}
    ${formField({ name: 'phase', label: 'Phase', value: phase, options: [{ value: '', text: 'any' }, ...phases] })}
    ${formField({ name: 'agent', label: 'Agent', placeholder: 'all', value: agent, maxLength: 253, isCode: true })}
    ${formField({ name: 'namespace', label: 'Namespace', placeholder: 'all', value: namespace, maxLength: 63, isCode: true })}
    <button>Show</button>
  </form>`;
}

function emptyView({ namespace, phase, agent, search }: InvestigationQuery, mayOpen: boolean): Html {
  if (phase !== undefined || agent !== undefined || search !== undefined)
    return html`<p class="empty">No investigation fits. <a href="/investigations">Show all</a></p>`;
  return html`<p class="empty">
    Nothing was investigated${namespace !== undefined && ` in ${namespace}`}
    yet.${mayOpen && html` <a href="${withQuery('/investigations/new', { namespace })}">Ask the first question</a>`}
  </p>`;
}

function tableView(items: readonly Investigation[], { namespace }: InvestigationQuery, { now }: PageContext): Html {
  const born = ({ metadata }: Investigation): string => metadata.creationTimestamp ?? '';
  const newestFirst = items.toSorted((a, b) => born(b).localeCompare(born(a)));
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Question</th>
        <th scope="col">State</th>
        <th scope="col" class="wide-only">Cause</th>
        <th scope="col" class="wide-only">Machine</th>
      </tr>
    </thead>
    <tbody>
      ${newestFirst.map((item) => rowView(item, namespace === undefined, now))}
    </tbody>
  </table>`;
}

function rowView(item: Investigation, hasNamespace: boolean, now: Date): Html {
  const { metadata, spec, status } = item;
  const { namespace = '', name = '' } = metadata;
  const state = runState(item);
  const cause = status?.resolution?.rootCause;
  return html`<tr>
    <th scope="row">
      <a href="${path`/investigations/${namespace}/${name}`}">${spec.prompt}</a
      ><span class="under">${hasNamespace && `${namespace}/`}${name}, ${timeTag(metadata.creationTimestamp, now)}</span>
    </th>
    <td>${badge(state.headline, state.tone)}</td>
    <td class="wide-only">${cause && html`${cause.mechanism}<span class="under">${cause.component}</span>`}</td>
    <td class="wide-only">${targetText(item).replace(/^agent\//, '')}</td>
  </tr> `;
}
