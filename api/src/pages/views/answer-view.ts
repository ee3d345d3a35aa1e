import type { Investigation, InvestigationStatusResolution } from '@nannyapi/crds';
import { html, path, type Html } from '../html/html.ts';
import { badge } from './badge.ts';
import { remedyFor, runState } from './run-state.ts';

type Quote = NonNullable<InvestigationStatusResolution['evidence']>[number];

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
      ${state.headline}${resolution?.confidence && html` ${badge(`confidence ${resolution.confidence}`, 'plain')}`}
    </h2>
    ${resolution ? resolutionView(investigation, resolution, context) : openEnd(investigation)}
  </section>`;
}

function resolutionView(
  investigation: Investigation,
  resolution: InvestigationStatusResolution,
  context: AnswerContext,
): Html {
  const { rootCause, evidence = [], plan, ruledOut = [] } = resolution;
  const { namespace = '', name = '' } = investigation.metadata;
  const quote = (one: Quote): Html => quoteView(one, path`/investigations/${namespace}/${name}`, context.sources);
  return html`${
    rootCause &&
    html`<p class="cause">${rootCause.statement}</p>
      <dl class="facts">
        <div>
          <dt>Component</dt>
          <dd>${rootCause.component}</dd>
        </div>
        <div>
          <dt>Mechanism</dt>
          <dd>${rootCause.mechanism}</dd>
        </div>
      </dl>`
  }
  ${!rootCause && html`<p class="cause">${summaryMessage(investigation)}</p>`}
  ${
    evidence.length > 0 &&
    html`<h3>Proof</h3>
      <ul class="proof">
        ${evidence.map((one) => html`<li>${quote(one)}</li>`)}
      </ul>`
  }
  ${
    plan !== undefined &&
    plan !== '' &&
    html`<h3>What to do now</h3>
      <div class="plan">${context.renderPlan(plan)}</div>`
  }
  ${
    ruledOut.length > 0 &&
    html`<details class="ruled-out">
      <summary><h3>Ruled out (${ruledOut.length})</h3></summary>
      <ul>
        ${ruledOut.map(
          (rival) =>
            html`<li>
              <p><strong>${rival.mechanism}</strong>: ${rival.statement}</p>
              ${
                rival.evidence?.length
                  ? html`<ul class="proof">
                      ${rival.evidence.map((one) => html`<li>${quote(one)}</li>`)}
                    </ul>`
                  : ''
              }
            </li>`,
        )}
      </ul>
    </details>`
  }`;
}

/** A quotation, led back to the place where it stands. */
function quoteView({ id, quote }: Quote, page: string, sources: ReadonlyMap<string, string>): Html {
  const href = `${page}/evidence/${encodeURIComponent(id)}?quote=${encodeURIComponent(quote)}#quote`;
  const source = sources.get(id);
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
  const waits = ['Accepted', 'AgentReady'].flatMap(
    (type) => investigation.status?.conditions?.find((one) => one.type === type && one.status === 'False') ?? [],
  );
  const hypothesis = investigation.status?.steps?.at(-1)?.hypothesis;
  return html`${waits.map((one) => html`<p class="cause">It waits: ${one.message}</p>`)}
    ${hypothesis !== undefined && waits.length === 0 && html`<p class="cause">Testing: ${hypothesis}</p>`}
    <p>The answer will stand here. A run takes a minute or two.</p>`;
}

function summaryMessage(investigation: Investigation): string {
  return investigation.status?.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? '';
}
