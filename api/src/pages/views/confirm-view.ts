import { html, type Html } from '../html/html.ts';
import { csrfField, type Viewer } from './layout.ts';

/** A deed that cannot be taken back, or is felt elsewhere. */
export interface Confirmation {
  /** What is shown at first, e.g. `Delete…`. */
  summary: string;
  /** What it will do. */
  text: string;
  /** Path that the form posts to. */
  action: string;
  button: string;
  /** Further fields of the form. */
  fields?: Html | undefined;
  viewer: Viewer | undefined;
}

/** A form that opens first and acts second; it needs no script. */
export function confirmView({ summary, text, action, button, fields, viewer }: Confirmation): Html {
  return html`<details class="confirm">
    <summary>${summary}</summary>
    <form method="post" action="${action}">
      ${csrfField(viewer)}
      <p>${text}</p>
      ${fields}
      <button class="danger">${button}</button>
    </form>
  </details>`;
}
