import { html, type Html } from '../html/html.ts';

/** Where the OpenAPI document is shown; the script of the page fills it. */
export function docsView(): Html {
  return html`<h1>The REST API</h1>
    <p>Everything that the pages do, and more. The document itself: <a href="/openapi.json">openapi.json</a>.</p>
    <noscript><p class="notice">The overview needs JavaScript; the document does not.</p></noscript>
    <div id="openapi"></div>`;
}
