import type { Agent } from '@nannyapi/crds';
import { html, path, type Html } from '../html/html.ts';
import { agentState } from './agent-state.ts';
import { badge } from './badge.ts';
import { formField } from './form-field.ts';
import type { PageContext } from './layout.ts';
import { pagerView } from './pager.ts';
import { timeTag } from './time-text.ts';

/** Which agents are asked for. */
export interface AgentQuery {
  /** All when absent. */
  namespace?: string | undefined;
  search?: string | undefined;
  phase?: string | undefined;
  continue?: string | undefined;
}

/** One page of the list of hosts. */
export interface AgentsPage {
  query: AgentQuery;
  items: readonly Agent[];
  next: string | undefined;
  mayEnrol: boolean;
}

/** The phases to filter by. */
export const AGENT_PHASES = ['Active', 'Inactive', 'Revoked'] as const;
const PHASE_WORDS = { Active: 'ready for work', Inactive: 'not ready', Revoked: 'disabled' };

/** All hosts of a namespace. */
export function agentsView(page: AgentsPage, context: PageContext): Html {
  const { query, items, next, mayEnrol } = page;
  const { continue: from, ...filter } = query;
  const phases = AGENT_PHASES.map((value) => ({ value, text: `${value}: ${PHASE_WORDS[value]}` }));
  return html`<div class="headline">
      <h1>Agents</h1>
      ${mayEnrol && html`<a class="button primary" href="/enrollment">Enrol a host</a>`}
    </div>
    <form class="filter" method="get" action="/agents" role="search" aria-label="Filter">
      ${formField({ name: 'search', label: 'Name, system or address', value: query.search, maxLength: 100 })}
      ${formField({ name: 'namespace', label: 'Namespace', placeholder: 'all', value: query.namespace, maxLength: 63, isCode: true })}
      ${formField({ name: 'phase', label: 'State', value: query.phase, options: [{ value: '', text: 'any' }, ...phases] })}
      <button>Show</button>
    </form>
    ${items.length === 0 ? emptyView(query) : tableView(items, query, context)}
    ${pagerView({ path: '/agents', query: filter, isFirst: from === undefined, next })}`;
}

function emptyView({ namespace, phase, search }: AgentQuery): Html {
  if (phase !== undefined || search !== undefined)
    return html`<p class="empty">No agent fits. <a href="/agents">Show all</a></p>`;
  return html`<p class="empty">
    No host${namespace !== undefined && ` of ${namespace}`} is enrolled yet. <a href="/enrollment">How to enrol one</a>
  </p>`;
}

function tableView(items: readonly Agent[], { namespace }: AgentQuery, { now }: PageContext): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Host</th>
        <th scope="col">State</th>
        <th scope="col" class="wide-only">System</th>
        <th scope="col" class="wide-only">Address</th>
        <th scope="col">Last seen</th>
      </tr>
    </thead>
    <tbody>
      ${items.map((agent) => rowView(agent, namespace === undefined, now))}
    </tbody>
  </table>`;
}

function rowView(agent: Agent, hasNamespace: boolean, now: Date): Html {
  const { metadata, spec, status } = agent;
  const state = agentState(agent);
  const { facts, capabilities } = status ?? {};
  const missing = capabilities?.missing?.length ?? 0;
  return html`<tr>
    <th scope="row">
      <a href="${path`/agents/${metadata.namespace ?? ''}/${metadata.name ?? ''}`}">${metadata.name}</a>${
        hasNamespace && html`<span class="under">in ${metadata.namespace}</span>`
      }${spec.description !== undefined && html`<span class="under">${spec.description}</span>`}
    </th>
    <td>${badge(state.text, state.tone)}${missing > 0 && html`<span class="under">${missing} missing</span>`}</td>
    <td class="wide-only">${facts?.osName}<span class="under">${facts?.kernelVersion}</span></td>
    <td class="wide-only"><code>${status?.address}</code></td>
    <td>${timeTag(status?.lastSeenTime, now)}</td>
  </tr> `;
}
