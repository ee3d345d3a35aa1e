import type { Agent, AgentCredential, AgentStatusFacts, Investigation } from '@nannyapi/crds';
import { html, path, type Html } from '../html/html.ts';
import { agentState } from './agent-state.ts';
import { badge } from './badge.ts';
import { confirmView } from './confirm-view.ts';
import { csrfField, type PageContext } from './layout.ts';
import { withQuery } from './pager.ts';
import { runState } from './run-state.ts';
import { sizeText } from './size-text.ts';
import { timeTag } from './time-text.ts';

/** One host, as a person may see it. */
export interface AgentPage {
  agent: Agent;
  /** Its newest runs; `undefined` when the person may not see them. */
  investigations: readonly Investigation[] | undefined;
  /** What it proves itself with; `undefined` when the person may not see them. */
  credentials: readonly AgentCredential[] | undefined;
  may: { investigate: boolean; change: boolean; delete: boolean; revoke: boolean };
}

/** One host: what it is, what it can do and lacks, what was asked of it, and who lets it in. */
export function agentView(page: AgentPage, context: PageContext): Html {
  const { agent, investigations, credentials, may } = page;
  const { namespace = '', name = '' } = agent.metadata;
  const state = agentState(agent);
  return html`<nav class="crumbs" aria-label="Where you are">
      <a href="${path`/agents?namespace=${namespace}`}">Agents</a> <span aria-hidden="true">›</span> ${name}
    </nav>
    <div class="headline">
      <h1>${name} ${badge(state.text, state.tone)}</h1>
      ${
        may.investigate &&
        html`<a class="button primary" href="${withQuery('/investigations/new', { namespace, agent: name })}"
          >Ask a question</a
        >`
      }
    </div>
    ${agent.spec.description !== undefined && html`<p>${agent.spec.description}</p>`} ${factsView(agent, context)}
    ${conditionsView(agent, context)} ${capabilitiesView(agent)}
    ${investigations && investigationsOf(investigations, { namespace, name, context })}
    ${credentials && credentialsView(credentials, context)} ${deedsView(page, context)}`;
}

function factsView({ spec, status, metadata }: Agent, { now }: PageContext): Html {
  const { facts = {}, ...rest } = status ?? {};
  const fact = (label: string, value: Html | string | undefined): Html | false =>
    value !== undefined &&
    value !== '' &&
    html`<div>
      <dt>${label}</dt>
      <dd>${value}</dd>
    </div>`;
  const machine = [
    facts.arch,
    facts.cpus === undefined ? undefined : `${facts.cpus} CPUs`,
    facts.memoryBytes === undefined ? undefined : sizeText(facts.memoryBytes),
    facts.virtualization,
  ];
  return html`<dl class="facts">
    ${fact('Last seen', timeTag(rest.lastSeenTime, now))}${fact('Host name', facts.hostname)}
    ${fact('System', systemText(facts))}${fact('Kernel', facts.kernelVersion)}
    ${fact('Machine', machine.filter(Boolean).join(', '))}${fact('Address', rest.address)}
    ${fact('Agent', rest.version)}${fact('Node', spec.nodeName)}
    ${fact('Enrolled', timeTag(metadata.creationTimestamp, now))}${fact('By', spec.owner)}
  </dl>`;
}

/** Many a distribution has its version in its name. */
function systemText({ osName = '', osVersion = '' }: AgentStatusFacts): string {
  return osName.includes(osVersion) ? osName : `${osName} ${osVersion}`;
}

function conditionsView({ status }: Agent, { now }: PageContext): Html | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return undefined;
  return html`<section>
    <h2>Conditions</h2>
    <ul class="plain">
      ${conditions.map(
        ({ type, status: holds, reason, message, lastTransitionTime }) =>
          html`<li>
            <strong>${type}</strong>: ${holds}, ${reason}. ${message}
            <span class="muted">${timeTag(lastTransitionTime, now)}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}

function capabilitiesView({ status }: Agent): Html | undefined {
  const { capabilities } = status ?? {};
  if (!capabilities) return undefined;
  const { missing = [], tools = [], sandbox, privilege, bpftraceVersion } = capabilities;
  return html`<section>
    <h2>What it can do</h2>
    <dl class="facts">
      <div>
        <dt>Sandbox</dt>
        <dd>${sandbox ?? 'unknown'}</dd>
      </div>
      <div>
        <dt>Rights</dt>
        <dd>${privilege ?? 'unknown'}</dd>
      </div>
      <div>
        <dt>Traces</dt>
        <dd>${bpftraceVersion === undefined ? 'no bpftrace' : `bpftrace ${bpftraceVersion}`}</dd>
      </div>
    </dl>
    ${
      missing.length > 0
        ? html`<h3>What is missing</h3>
            <ul class="missing">
              ${missing.map((item) => html`<li>${item}</li>`)}
            </ul>`
        : html`<p>Nothing is missing.</p>`
    }
    ${
      tools.length > 0 &&
      html`<details>
        <summary>${tools.length} commands</summary>
        <p class="code">${tools.join(' ')}</p>
      </details>`
    }
  </section>`;
}

function investigationsOf(
  investigations: readonly Investigation[],
  { namespace, name, context }: { namespace: string; name: string; context: PageContext },
): Html {
  return html`<section>
    <h2>Investigations</h2>
    ${
      investigations.length === 0
        ? html`<p class="empty">Nobody has asked it anything yet.</p>`
        : html`<ul class="runs">
              ${investigations.map((item) => {
                const state = runState(item);
                return html`<li>
                  ${badge(state.headline, state.tone)}
                  <a href="${path`/investigations/${namespace}/${item.metadata.name ?? ''}`}">${item.spec.prompt}</a>
                  <span class="muted">${timeTag(item.metadata.creationTimestamp, context.now)}</span>
                </li>`;
              })}
            </ul>
            <p><a href="${withQuery('/investigations', { namespace, agent: name })}">All of them</a></p>`
    }
  </section>`;
}

function credentialsView(credentials: readonly AgentCredential[], { now }: PageContext): Html | undefined {
  if (credentials.length === 0) return undefined;
  return html`<section>
    <h2>Credentials</h2>
    <ul class="plain">
      ${credentials.map(({ metadata, spec, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        return html`<li>
          <code>${metadata.name}</code>
          ${badge(spec.access === 'Revoked' ? 'Revoked' : (ready?.reason ?? 'Unknown'), ready?.status === 'True' ? 'good' : 'plain')}
          made ${timeTag(metadata.creationTimestamp, now)}${spec.enrolledBy !== undefined && ` by ${spec.enrolledBy}`},
          last used
          ${timeTag(status?.lastRefreshTime, now)}${status?.address !== undefined && ` from ${status.address}`}
        </li>`;
      })}
    </ul>
  </section>`;
}

function deedsView({ agent, credentials, may }: AgentPage, context: PageContext): Html {
  const { namespace = '', name = '' } = agent.metadata;
  const url = path`/agents/${namespace}/${name}`;
  const { viewer } = context;
  const isDisabled = agent.spec.access === 'Revoked';
  const hasCredential = credentials?.some(({ spec }) => spec.access !== 'Revoked') === true;
  return html`<div class="deeds">
    ${may.change && isDisabled && html`<form method="post" action="${url}/enable">${csrfField(viewer)}<button>Enable</button></form>`}
    ${
      may.change &&
      !isDisabled &&
      confirmView({
        summary: 'Disable…',
        text: 'The host is cut off within seconds and its runs end. It can be enabled again at any time.',
        action: `${url}/disable`,
        button: `Disable ${name}`,
        viewer,
      })
    }
    ${
      may.revoke &&
      hasCredential &&
      confirmView({
        summary: 'Revoke its credential…',
        text: 'For a key that may be stolen. The host is out for good within seconds, until somebody enrols it again.',
        action: `${url}/revoke`,
        button: 'Revoke the credential',
        viewer,
      })
    }
    ${
      may.delete &&
      confirmView({
        summary: 'Delete…',
        text: 'The host is out within seconds, and must be enrolled again to come back. Its investigations stay.',
        action: `${url}/delete`,
        button: `Delete ${name}`,
        viewer,
      })
    }
  </div>`;
}
