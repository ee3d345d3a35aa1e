// @ts-check
/** Shows the OpenAPI document. The bundle of Swagger UI defines `SwaggerUIBundle`; it stands before this in the page. */

const page = /** @type {{ SwaggerUIBundle: (options: object) => void }} */ (/** @type {unknown} */ (globalThis));

page.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#openapi',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  // Validation would send the document to somebody else's server.
  validatorUrl: null,
  // A page must not do deeds by a click in the wrong place: it tells, it does not try.
  supportedSubmitMethods: [],
});

// Swagger UI is dark by a class, our pages by what the reader prefers.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
