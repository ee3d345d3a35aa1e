import { html, path, type Html } from '../html/html.ts';
import { findQuote } from './find-quote.ts';
import { sizeText } from './size-text.ts';

/** One thing that a machine said. */
export interface EvidencePage {
  namespace: string;
  name: string;
  id: string;
  source: string;
  outcome: string;
  /** The text, or the head of it. */
  text: string;
  sizeBytes: number;
  /** Whether `text` is all there is. */
  isWhole: boolean;
  /** Whether the agent cut it. */
  isTruncated: boolean;
  /** What to mark in the text. */
  quote: string | undefined;
}

/** A text of a machine, with what a verdict quotes of it marked. */
export function evidenceView(page: EvidencePage): Html {
  const { namespace, name, id, source, outcome, text, sizeBytes, isWhole, isTruncated, quote } = page;
  const place = quote === undefined ? undefined : findQuote(text, quote);
  const raw = path`/api/v1/namespaces/${namespace}/investigations/${name}/evidence/${id}`;
  return html`<nav class="crumbs" aria-label="Where you are">
      <a href="${path`/investigations?namespace=${namespace}`}">Investigations</a> <span aria-hidden="true">›</span>
      <a href="${path`/investigations/${namespace}/${name}`}">${name}</a> <span aria-hidden="true">›</span> ${id}
    </nav>
    <h1>What the machine said</h1>
    <dl class="facts">
      <div>
        <dt>Evidence</dt>
        <dd>${id}</dd>
      </div>
      <div>
        <dt>From</dt>
        <dd><code>${source}</code></dd>
      </div>
      <div>
        <dt>Ended</dt>
        <dd>${outcome}</dd>
      </div>
      <div>
        <dt>Size</dt>
        <dd>${sizeText(sizeBytes)}${isTruncated && ', cut short by the agent'}</dd>
      </div>
    </dl>
    ${quote !== undefined && !place && html`<p class="notice bad">${isWhole ? 'The quotation does not stand in this text.' : 'The quotation does not stand in the part shown here.'}</p>`}
    <p>
      <a href="${raw}">The plain text</a
      >${!isWhole && `; the page shows the first ${sizeText(Buffer.byteLength(text))}`}
    </p>
    ${text === '' ? html`<p class="empty">It said nothing.</p>` : html`<pre class="evidence" tabindex="0" aria-label="The text">${place ? html`${text.slice(0, place.start)}<mark id="quote">${text.slice(place.start, place.end)}</mark>${text.slice(place.end)}` : text}</pre>`}`;
}
