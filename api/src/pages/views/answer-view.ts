import type { Investigation, InvestigationStatusResolution } from '@nannyapi/crds';
import { html, path, type Html } from '../html/html.ts';
import { badge } from './badge.ts';
import { remedyFor, runState } from './run-state.ts';

/** Quotations that stand open; a page is read at 3 a.m. for what to do, and that comes next. */
const SHOWN_QUOTES = 4;

type Quote = NonNullable<InvestigationStatusResolution['evidence']>[number];
type QuoteView = (quote: Quote) => Html;

/** How an answer is shown. */
export interface AnswerContext {
  /** Markdown of a plan to markup. */
  renderPlan: (markdown: string) => Html;
  /** What each evidence id is, e.g. the command. Ids that are not in it stand alone. */
  sources: ReadonlyMap<string, string>;
}

/**
 * The answer of a run, in the order in which somebody reads it who was just woken: what it is, why, what proves it,
 * what to do now, and last what it is not.
 */
export function answerView(investigation: Investigation, context: AnswerContext): Html {
  const { resolution } = investigation.status ?? {};
  const state = runState(investigation);
  return html`<section id="answer" class="answer ${state.tone}" aria-labelledby="answer-title">
    <h2 id="answer-title">
      <span data-state>${state.headline}</span
      >${resolution?.confidence && html` ${badge(`confidence ${resolution.confidence}`, 'plain')}`}
    </h2>
    ${resolution ? resolutionView(investigation, resolution, context) : openEnd(investigation)}
  </section>`;
}

function resolutionView(
  investigation: Investigation,
  resolution: InvestigationStatusResolution,
  context: AnswerContext,
): Html {
  const { rootCause, evidence = [], plan = '', ruledOut = [] } = resolution;
  const { namespace = '', name = '' } = investigation.metadata;
  const quoteOf: QuoteView = (one) => quoteView(one, path`/investigations/${namespace}/${name}`, context.sources);
  return html`${rootCause ? causeView(rootCause) : html`<p class="cause">${summaryMessage(investigation)}</p>`}
  ${evidence.length > 0 && proofView(evidence, quoteOf)}
  ${
    plan !== '' &&
    html`<h3>What to do now</h3>
      <div class="plan">${context.renderPlan(plan)}</div>`
  }
  ${ruledOut.length > 0 && ruledOutView(ruledOut, quoteOf)}`;
}

function causeView({ component, mechanism, statement }: NonNullable<InvestigationStatusResolution['rootCause']>): Html {
  return html`<p class="cause">${statement}</p>
    <dl class="facts">
      <div>
        <dt>Component</dt>
        <dd>${component}</dd>
      </div>
      <div>
        <dt>Mechanism</dt>
        <dd>${mechanism}</dd>
      </div>
    </dl>`;
}

function proofView(evidence: readonly Quote[], quoteOf: QuoteView): Html {
  const rest = evidence.slice(SHOWN_QUOTES);
  return html`<h3>Proof</h3>
    ${quoteList(evidence.slice(0, SHOWN_QUOTES), quoteOf)}
    ${
      rest.length > 0 &&
      html`<details>
        <summary>${rest.length} more quotations</summary>
        ${quoteList(rest, quoteOf)}
      </details>`
    }`;
}

function ruledOutView(rivals: NonNullable<InvestigationStatusResolution['ruledOut']>, quoteOf: QuoteView): Html {
  return html`<details class="ruled-out">
    <summary><h3>Ruled out (${rivals.length})</h3></summary>
    <ul>
      ${rivals.map(
        ({ mechanism, statement, evidence = [] }) =>
          html`<li>
            <p><strong>${mechanism}</strong>: ${statement}</p>
            ${evidence.length > 0 && quoteList(evidence, quoteOf)}
          </li>`,
      )}
    </ul>
  </details>`;
}

function quoteList(quotes: readonly Quote[], quoteOf: QuoteView): Html {
  return html`<ul class="proof">
    ${quotes.map((one) => html`<li>${quoteOf(one)}</li>`)}
  </ul>`;
}

/** A quotation, led back to the place where it stands. */
function quoteView({ id, quote }: Quote, page: string, sources: ReadonlyMap<string, string>): Html {
  const href = `${page}/evidence/${encodeURIComponent(id)}?quote=${encodeURIComponent(quote)}#quote`;
  const source = sources.get(id)?.replace(/^collect /, '');
  return html`<figure>
    <figcaption><a href="${href}">${id}</a>${source && html` <code>${source}</code>`}</figcaption>
    <blockquote><pre>${quote}</pre></blockquote>
  </figure>`;
}

function openEnd(investigation: Investigation): Html {
  const summary = investigation.status?.conditions?.find(({ type }) => type === 'Succeeded');
  if (summary?.status === 'False') {
    const remedy = remedyFor(summary.reason);
    return html`<p class="cause">${summary.message}</p>
      ${remedy && html`<p>${remedy}</p>`}`;
  }
  const waiting = ['Accepted', 'AgentReady'].flatMap(
    (type) => investigation.status?.conditions?.find((one) => one.type === type && one.status === 'False') ?? [],
  );
  const step = investigation.status?.steps?.at(-1);
  const now = waiting[0]
    ? `waiting: ${waiting[0].message}`
    : step && `step ${step.index}: ${step.hypothesis ?? 'collects the first facts of this host'}`;
  // `timeline.js` goes on with this sentence.
  return html`<p class="cause" data-testing>${now}</p>
    <p>The answer will stand here. A run takes a minute or two.</p>`;
}

function summaryMessage(investigation: Investigation): string {
  return investigation.status?.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? '';
}
