import { RATE_LIMITS } from '@nannyapi/api';
import { code, generatedBy, page, table } from './markdown.ts';

/** The part of an OpenAPI document that the reference shows. */
interface OpenApi {
  tags: readonly { name: string; description: string }[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  tags: readonly string[];
  summary: string;
  description?: string;
  security?: readonly object[];
  parameters?: readonly {
    name: string;
    in: string;
    description?: string;
    schema: { type?: string; enum?: readonly string[]; minimum?: number; maximum?: number };
  }[];
  requestBody?: { content: Readonly<Record<string, { schema: { title?: string } }>> };
  responses: Readonly<Record<string, { description: string }>>;
}

/** `docs/reference/openapi.json`: the document that the facade serves. */
export function renderOpenApi(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** `docs/reference/api.md`: the same for people. */
export function renderApi(document: object): string {
  const { tags, paths } = document as OpenApi;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return page(
    generatedBy('the routes of the facade'),
    '# HTTP API',
    'The facade serves it over HTTPS. The machine-readable form is [openapi.json](openapi.json), which the facade serves at `/openapi.json`. Objects are those of the Kubernetes API group `nannyai.dev`: see [the kinds](../README.md#kinds). A worked example is in [Investigate a host](../guides/investigate-a-host.md#rest).',
    'Calls of people carry `Authorization: Bearer <token>`, with a token of the cluster or one that `nanny login` got, or the cookie of a browser. Calls of enrolled hosts carry `Authorization: DPoP <token>` and a proof (RFC 9449), those of node agents a bearer token. Two credentials at once are refused, and so are `Impersonate-*` headers.',
    'Errors are [problem+json](errors.md), those of `/oauth` as RFC 6749 has them. Every answer has the header `X-Request-Id`.',
    'Lists come in pages: `metadata.continue` of one page is `continue` of the next, and absent on the last. Filters are applied while pages are read, so that a page may hold fewer items than its limit, or none, and still not be the last.',
    'Requests are counted for each person and each agent, and where nobody is known for each address. Who asks too much gets 429 with `Retry-After`. A replica takes this much:',
    table(
      ['Requests', 'A second', 'At once'],
      Object.entries(RATE_LIMITS).map(([kind, { perSecond, burst }]) => [kind, String(perSecond), String(burst)]),
    ),
    ...tags.flatMap(({ name, description }) => [
      `## ${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      description,
      ...operations.filter(({ operation }) => operation.tags.includes(name)).map(operationText),
    ]),
  );
}

function operationText({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { summary, description, parameters = [], requestBody, responses, security } = operation;
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const body = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `${code(type)}${schema.title === undefined ? '' : ` (${schema.title})`}`,
  );
  return [
    `### ${code(`${method} ${path}`)}`,
    `${summary}.${description === undefined ? '' : ` ${description}`}${security?.length === 0 ? ' No credential is needed.' : ''}`,
    ...(query.length === 0
      ? []
      : [
          table(
            ['Query', 'Allowed', 'Meaning'],
            query.map(({ name, schema, description: meaning = '' }) => [code(name), allowed(schema), meaning]),
          ),
        ]),
    ...(body.length === 0 ? [] : [`Body: ${body.join(', ')}.`]),
    table(
      ['Status', 'Answer'],
      Object.entries(responses).map(([status, response]) => [status, response.description]),
    ),
  ].join('\n\n');
}

function allowed(schema: NonNullable<Operation['parameters']>[number]['schema']): string {
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.minimum !== undefined) return `${schema.minimum} to ${schema.maximum}`;
  return schema.type ?? '';
}
