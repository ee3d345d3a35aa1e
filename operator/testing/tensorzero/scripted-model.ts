import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the gateway sent, after it was found to be what a model server may expect. */
export interface ModelRequest {
  system: string;
  user: string;
  /** How the answer was asked for. */
  format: 'json_schema' | 'json_object';
  schema?: { required?: string[] };
}

/** One answer: text of the assistant, or an HTTP error. */
export type ModelAnswer = string | { status: number; message: string };

/** What the script says to one request. */
export type ModelLine = (request: ModelRequest) => ModelAnswer;

/**
 * A model server that speaks OpenAI's chat completions and follows a script.
 *
 * It is strict: a request that a real server would refuse, or one beyond the script, is answered 400 and makes `close` throw.
 */
export class ScriptedModel {
  /** Requests answered. */
  readonly requests: ModelRequest[] = [];
  readonly #lines: ModelLine[];
  readonly #server: Server;
  readonly #faults: string[] = [];

  private constructor(lines: ModelLine[]) {
    this.#lines = [...lines];
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(lines: ModelLine[]): Promise<ScriptedModel> {
    const model = new ScriptedModel(lines);
    await new Promise<void>((resolve) => {
      model.#server.listen(0, '127.0.0.1', resolve);
    });
    return model;
  }

  /** Base address as a provider's `api_base` wants it. */
  get apiBase(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/`;
  }

  /** Lines that nobody has asked for yet. */
  get unsaid(): number {
    return this.#lines.length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
    if (this.#faults.length > 0) throw new Error(`The model server was misused: ${this.#faults.join('; ')}`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const asked = check(request, JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown);
      const line = this.#lines.shift();
      if (!line) throw new Error(`request ${this.requests.length + 1} is beyond the script`);
      this.requests.push(asked);
      answer(response, line(asked));
    } catch (error) {
      this.#faults.push(String(error));
      answer(response, { status: 400, message: String(error) });
    }
  }
}

const KNOWN_FIELDS = ['messages', 'model', 'max_completion_tokens', 'temperature', 'stream', 'response_format'];

function check({ method, url, headers }: IncomingMessage, body: unknown): ModelRequest {
  const {
    messages,
    response_format: format,
    ...rest
  } = body as {
    messages: { role: string; content: unknown }[];
    response_format: { type: string; json_schema?: { strict?: boolean; schema?: { required?: string[] } } };
    model: string;
    stream?: boolean;
  };
  ensure(method === 'POST' && url === '/v1/chat/completions', `${method} ${url}`);
  ensure(headers.authorization === undefined, 'a key was sent where none is configured');
  const unknown = Object.keys(body as object).filter((field) => !KNOWN_FIELDS.includes(field));
  ensure(unknown.length === 0, `unknown fields ${unknown.join(', ')}`);
  ensure(rest.model === 'scripted' && rest.stream === false, 'model or stream');
  const [system, user, ...more] = messages;
  ensure(system?.role === 'system' && user?.role === 'user' && more.length === 0, 'one system and one user message');
  ensure(typeof user?.content === 'string', 'the user message is one text');
  const { json_schema: wanted } = format;
  if (format.type === 'json_schema') {
    ensure(wanted?.strict === true && isStrictSchema(wanted.schema), 'the schema keeps to the rules of strict mode');
    return { ...texts(system, user), format: 'json_schema', ...(wanted?.schema ? { schema: wanted.schema } : {}) };
  }
  ensure(format.type === 'json_object', `response format ${format.type}`);
  return { ...texts(system, user), format: 'json_object' };
}

function texts(
  system: { content: unknown } | undefined,
  user: { content: unknown } | undefined,
): { system: string; user: string } {
  return { system: String(system?.content), user: String(user?.content) };
}

/** OpenAI's strict mode wants each object closed and each of its properties required. */
function isStrictSchema(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  const {
    properties,
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, unknown>;
    required?: string[];
    additionalProperties?: unknown;
  };
  const isClosed =
    properties === undefined ||
    (additionalProperties === false && Object.keys(properties).every((name) => required.includes(name)));
  return isClosed && Object.values(schema).every(isStrictSchema);
}

function ensure(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`unexpected request: ${what}`);
}

function answer(response: ServerResponse, said: ModelAnswer): void {
  const isText = typeof said === 'string';
  const body = isText
    ? {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_700_000_000,
        model: 'scripted',
        choices: [{ index: 0, message: { role: 'assistant', content: said }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 },
      }
    : { error: { message: said.message, type: 'server_error' } };
  response.writeHead(isText ? 200 : said.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
