import { Ajv } from 'ajv';

interface Operation {
  responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema?: object }>> }>>;
}

/** What is needed of an OpenAPI document. */
interface OpenApi {
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** An answer as it was observed. */
export interface ObservedAnswer {
  method: string;
  /** Without query. */
  path: string;
  status: number;
  contentType: string | undefined;
  /** Absent: it was not read. */
  text?: string | undefined;
}

const ID = 'openapi';
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Holds answers against an OpenAPI document: their status, their type, and if it is JSON their body. */
export class DescribedAnswers {
  readonly #document: OpenApi;
  readonly #ajv: Ajv;
  readonly #paths: { template: string; pattern: RegExp }[];

  constructor(document: object) {
    this.#document = document as OpenApi;
    this.#ajv = new Ajv({
      strict: false,
      allErrors: true,
      validateSchema: false,
      formats: { 'date-time': DATE_TIME, uri: true, int32: true, int64: true, byte: true, binary: true },
    }).addSchema(document, ID);
    this.#paths = Object.keys(this.#document.paths)
      // A path with fewer parameters is the better match.
      .toSorted((a, b) => a.split('{').length - b.split('{').length)
      .map((template) => ({ template, pattern: patternOf(template) }));
  }

  /** What an answer says that the document does not; `undefined` when all is described, or the route is no part of it. */
  faultOf(answer: ObservedAnswer): string | undefined {
    const { method, path, status, contentType = '', text = '' } = answer;
    const template = this.#paths.find(({ pattern }) => pattern.test(path))?.template;
    const operation = template === undefined ? undefined : this.#document.paths[template]?.[method.toLowerCase()];
    if (template === undefined || !operation) return undefined;
    const where = `${method} ${template} answered ${status}`;
    const described = operation.responses[status];
    if (!described) return `${where}, which is not described`;
    const types = Object.keys(described.content ?? {});
    const type = contentType.split(';')[0] ?? '';
    if (types.length === 0) return text === '' ? undefined : `${where} with a body, and none is described`;
    if (method === 'HEAD') return undefined;
    if (!types.includes(type)) return `${where} with type ${type}; described is ${types.join(', ')}`;
    if (answer.text === undefined || !type.endsWith('json')) return undefined;
    const pointer = ['paths', template, method.toLowerCase(), 'responses', `${status}`, 'content', type, 'schema'];
    const validate = this.#ajv.getSchema(`${ID}#/${pointer.map(escape).join('/')}`);
    if (!validate || validate(JSON.parse(text))) return undefined;
    return `${where}, but ${this.#ajv.errorsText(validate.errors)}: ${text.slice(0, 500)}`;
  }
}

function patternOf(template: string): RegExp {
  const parts = template.split(/\{[A-Za-z]+\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}

/** RFC 6901, as a URI fragment. */
function escape(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
