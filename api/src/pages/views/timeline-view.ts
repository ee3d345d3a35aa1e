import { addLines, elapsedText, type RunLine } from '../../../assets/run-lines.js';
import type { RunEvent } from '../../investigations/run-event.ts';
import { html, type Html } from '../html/html.ts';
import { utcText } from './time-text.ts';

/** What a timeline is made of. */
export interface TimelineData {
  namespace: string;
  name: string;
  /** All events so far, the verdict included. */
  events: readonly RunEvent[];
  /** When the run began. */
  startTime: Date;
  now: Date;
  isOver: boolean;
  /** Steps whose outputs can be read. */
  endedSteps: ReadonlySet<number>;
}

/**
 * What was asked, what ran, what it showed, line by line. `timeline.js` goes on with the list by the data-attributes;
 * without it the list stands as it is, and each output is one link away.
 */
export function timelineView(data: TimelineData): Html {
  const { namespace, name, events, startTime, now, isOver } = data;
  const lines = new Map<string, RunLine>();
  for (const event of events) addLines(lines, event);
  const page = `/investigations/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const api = `/api/v1/namespaces/${encodeURIComponent(namespace)}/investigations/${encodeURIComponent(name)}`;
  return html`<section aria-labelledby="timeline-title">
    <h2 id="timeline-title">What happened</h2>
    ${
      !isOver &&
      html`<p class="live">
        <span data-live role="status">As of when this page was sent.</span> <a href="${page}" data-refresh>Refresh</a>
      </p>`
    }
    <ol
      class="timeline"
      data-timeline
      data-events="${api}/events"
      data-evidence="${api}/evidence"
      data-page="${page}"
      data-start="${startTime.toISOString()}"
      data-now="${now.toISOString()}"
      ${isOver && html`data-over`}
    >
      ${[...lines.values()].map((line) => lineView(line, page, data))}
    </ol>
  </section>`;
}

function lineView(line: RunLine, page: string, { startTime, endedSteps }: TimelineData): Html {
  const { id, label, text, tone, isCode, outcome, evidenceID, step, quotes } = line;
  const hasOutput = evidenceID !== undefined && step !== undefined && endedSteps.has(step);
  return html`<li class="line ${tone}" data-line="${id}">
    ${timeOf(line, startTime)}<span class="label">${label}</span>
    <div class="what">
      ${
        isCode ? html`<code class="text">${text}</code>` : html`<span class="text">${text}</span>`
      }${outcome !== undefined && html`<span class="outcome">${outcome}</span>`}${
        hasOutput &&
        html`<details class="output" data-evidence="${evidenceID}">
          <summary>output</summary>
          <a href="${page}/evidence/${evidenceID}">Open on a page of its own</a>
        </details>`
      }${
        quotes !== undefined &&
        html`<details class="quotes">
          <summary>proof</summary>
          <ul>
            ${quotes.map((one) => html`<li><a href="${page}/evidence/${one.id}">${one.id}</a> <q>${one.quote}</q></li>`)}
          </ul>
        </details>`
      }
    </div>
  </li> `;
}

function timeOf({ time }: RunLine, startTime: Date): Html {
  const date = new Date(time ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return html`<time></time>`;
  const elapsed = elapsedText((date.getTime() - startTime.getTime()) / 1000);
  return html`<time datetime="${date.toISOString()}" title="${utcText(date)}">${elapsed}</time>`;
}
