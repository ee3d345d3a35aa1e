import { html, type Html } from '../html/html.ts';

/** Where the OpenAPI document is shown; the script of the page fills it. */
export function docsView(): Html {
  return html`<section aria-labelledby="docs-title">
      <h1 id="docs-title">The REST API</h1>
      <p>
        Everything that the pages do, and more. The document itself: <a href="/openapi.json">openapi.json</a>. This page
        only tells; <code>nanny</code> and <code>curl</code> try.
      </p>
      <noscript><p class="notice">The overview needs JavaScript; the document does not.</p></noscript>
    </section>
    <div id="openapi"></div>`;
}
