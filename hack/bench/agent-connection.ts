import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { AGENT_PATHS, type Task } from '@nannyapi/protocol';
import { agentToken } from './agents.ts';

/** Reaches the facade as one of the agents of the bench. */
export interface FacadeAccess {
  url: string;
  caPem: string;
}

/** An instant agent: it holds the stream and does at once what it is told to. */
export class AgentConnection {
  readonly #access: FacadeAccess;
  readonly #token: string;
  readonly #pool: Agent;
  #stream: IncomingMessage | undefined;

  constructor(access: FacadeAccess, index: number) {
    this.#access = access;
    this.#token = agentToken(index);
    this.#pool = new Agent({ keepAlive: true, ca: access.caPem });
  }

  /** Opens the stream; `onTask` is called in the tick in which a task arrives. Resolves after the greeting. */
  async connect(onTask: (task: Task) => void): Promise<void> {
    const response = await this.#send({ path: AGENT_PATHS.stream, agent: false });
    if (response.statusCode !== 200) throw new Error(`The stream answered ${response.statusCode}`);
    this.#stream = response;
    const greeted = Promise.withResolvers<void>();
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        if (block.startsWith('event: hello')) greeted.resolve();
        if (block.startsWith('event: task')) onTask(JSON.parse(block.slice(block.indexOf('data: ') + 6)) as Task);
      }
    });
    response.on('error', () => undefined);
    await greeted.promise;
  }

  /** Posts JSON and waits for a success. */
  async post(path: string, body: object): Promise<void> {
    const response = await this.#send({ path, method: 'POST', agent: this.#pool }, JSON.stringify(body));
    response.resume();
    if ((response.statusCode ?? 500) >= 300) throw new Error(`POST ${path} answered ${response.statusCode}`);
  }

  close(): void {
    this.#stream?.destroy();
    this.#pool.destroy();
  }

  #send(options: RequestOptions, body?: string): Promise<IncomingMessage> {
    const { hostname, port } = new URL(this.#access.url);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      request({ ...options, hostname, port, headers, ca: this.#access.caPem }, resolve)
        .on('error', reject)
        .end(body);
    });
  }
}
