import { elapsedText } from '../../../assets/run-lines.js';
import type { Investigation } from '@nannyapi/crds';
import type { RunEvent } from '../../investigations/run-event.ts';
import { html, path, type Html } from '../html/html.ts';
import { answerView, type AnswerContext } from './answer-view.ts';
import { confirmView } from './confirm-view.ts';
import type { PageContext } from './layout.ts';
import { csrfField } from './layout.ts';
import { runState, targetText } from './run-state.ts';
import { sizeText } from './size-text.ts';
import { timeTag } from './time-text.ts';
import { timelineView } from './timeline-view.ts';

/** One run, as a person may see it. */
export interface InvestigationPage extends AnswerContext {
  investigation: Investigation;
  events: readonly RunEvent[];
  endedSteps: ReadonlySet<number>;
  mayCancel: boolean;
  mayDelete: boolean;
}

/** Longest question that is shown whole in the heading. */
const MAX_HEADING_LENGTH = 160;

/** One run: the answer first, then how it was found. */
export function investigationView(page: InvestigationPage, context: PageContext): Html {
  const { investigation, events, endedSteps } = page;
  const { metadata, spec } = investigation;
  const { namespace = '', name = '' } = metadata;
  const { isOver } = runState(investigation);
  return html`<nav class="crumbs" aria-label="Where you are">
      <a href="${path`/investigations?namespace=${namespace}`}">Investigations</a>
      <span aria-hidden="true">›</span> ${name}
    </nav>
    <h1>${headingOf(spec.prompt)}</h1>
    ${metaView(investigation, context)} ${answerView(investigation, page)}
    ${
      spec.prompt.length > MAX_HEADING_LENGTH &&
      html`<section>
        <h2>What was asked</h2>
        <p class="prompt">${spec.prompt}</p>
      </section>`
    }
    ${contextView(spec.context)}
    ${timelineView({ namespace, name, events, endedSteps, isOver, now: context.now, startTime: startOf(investigation, context.now) })}
    ${costView(investigation)} ${deedsView(page, context, isOver)}`;
}

function headingOf(prompt: string): string {
  return prompt.length <= MAX_HEADING_LENGTH ? prompt : `${prompt.slice(0, MAX_HEADING_LENGTH)}…`;
}

function startOf({ status, metadata }: Investigation, now: Date): Date {
  return new Date(status?.startTime ?? metadata.creationTimestamp ?? now);
}

/** One line: whom, when, by whom, how long. */
function metaView(investigation: Investigation, { now }: PageContext): Html {
  const { metadata, spec, status } = investigation;
  const start = startOf(investigation, now);
  const { completionTime } = status ?? {};
  const seconds = ((completionTime ? new Date(completionTime) : now).getTime() - start.getTime()) / 1000;
  const { isOver } = runState(investigation);
  return html`<p id="facts" class="meta">
    On ${targetView(investigation)}, asked
    ${timeTag(metadata.creationTimestamp, now)}${spec.requestedBy && html` by ${spec.requestedBy}`},
    ${isOver ? 'took' : 'running for'} <span ${!isOver && html`data-elapsed`}>${elapsedText(seconds)}</span>
  </p>`;
}

function costView({ spec, status }: Investigation): Html {
  const { usage = {}, diagnostician } = status ?? {};
  const fact = (name: string, value: string | undefined): Html | false =>
    value !== undefined &&
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<section id="cost" aria-labelledby="cost-title">
    <h2 id="cost-title">What it took</h2>
    <dl class="facts">
      ${fact('Steps', String(usage.steps ?? 0))} ${fact('Commands and traces', String(usage.actions ?? 0))}
      ${fact('Refused by the policy', String(usage.refusals ?? 0))} ${fact('Read', sizeText(usage.outputBytes ?? 0))}
      ${fact('Tokens', usage.inputTokens ? `${usage.inputTokens} in, ${usage.outputTokens ?? 0} out` : undefined)}
      ${fact('Diagnosed by', diagnostician)} ${fact('Priority', spec.priority)}
    </dl>
  </section>`;
}

function targetView(investigation: Investigation): Html {
  const { spec, metadata } = investigation;
  if (!spec.agentRef) return html`${targetText(investigation)}`;
  return html`<a href="${path`/agents/${metadata.namespace ?? ''}/${spec.agentRef.name}`}">${spec.agentRef.name}</a>`;
}

function contextView(facts: Readonly<Record<string, string>> = {}): Html | undefined {
  const entries = Object.entries(facts);
  if (entries.length === 0) return undefined;
  return html`<section>
    <h2>Known before</h2>
    <dl class="facts">
      ${entries.map(
        ([key, value]) =>
          html`<div>
            <dt>${key}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function deedsView(
  { investigation, mayCancel, mayDelete }: InvestigationPage,
  context: PageContext,
  isOver: boolean,
): Html {
  const { namespace = '', name = '' } = investigation.metadata;
  const url = path`/investigations/${namespace}/${name}`;
  return html`<div id="deeds" class="deeds">
    ${
      mayCancel &&
      !isOver &&
      !investigation.spec.cancel &&
      html`<form method="post" action="${url}/cancel">
        ${csrfField(context.viewer)}<button>Cancel the run</button>
      </form>`
    }
    ${
      mayDelete &&
      confirmView({
        summary: 'Delete…',
        text: 'The answer, the timeline and all that the machine said will be gone for good.',
        action: `${url}/delete`,
        button: 'Delete this investigation',
        viewer: context.viewer,
      })
    }
  </div>`;
}
