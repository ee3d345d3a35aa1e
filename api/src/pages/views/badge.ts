import { html, type Html } from '../html/html.ts';

/** How a state feels at a glance; the word says the same, for whoever sees no colour. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'plain';

/** A state in a word, on a ground of its colour. */
export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}
