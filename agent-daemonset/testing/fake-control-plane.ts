import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { OUTPUT_CHUNK_BYTES, POLICY_HASH, wireSchemas } from '@nannyapi/protocol';
import type { Heartbeat, Progress, Task, TaskResult } from '@nannyapi/protocol';
import { Ajv } from 'ajv';
import { FakeAuthorizationServer } from './fake-authorization-server.ts';
import { makeCertificate } from './test-certificate.ts';

/** What the fake saw of one task. */
export interface SeenTask {
  task: Task;
  /** Journals that claimed it, every call counted. */
  claims: string[];
  /** Every result that came, the first being the one that counts. */
  results: TaskResult[];
  progress: Progress[];
  /** Decompressed chunks by `<action>/<stream>/<n>`. */
  chunks: Map<string, Buffer>;
}

/** What the fake does instead of answering. */
export type Fault = (request: {
  method: string;
  path: string;
}) => { status: number; code: string } | 'Drop' | undefined;

const ajv = new Ajv({ strict: true, allErrors: true, formats: { 'date-time': true, int32: true, int64: true } });
const checks = {
  claim: ajv.compile(wireSchemas.CLAIM_REQUEST),
  progress: ajv.compile(wireSchemas.PROGRESS),
  result: ajv.compile(wireSchemas.TASK_RESULT),
  heartbeat: ajv.compile(wireSchemas.HEARTBEAT),
};

/**
 * A control plane at the edge of the agent's world: strict, in memory, on loopback. It refuses whatever the wire
 * schemas do not allow and keeps the promises of the real one: first claim and first result count, every connect
 * starts with all open tasks.
 */
export class FakeControlPlane {
  readonly token = randomBytes(16).toString('hex');
  readonly tasks = new Map<string, SeenTask>();
  readonly heartbeats: Heartbeat[] = [];
  /** What was wrong with what the agent sent; empty at the end of every good test. */
  readonly complaints: string[] = [];
  connections = 0;
  /** Agents that were enrolled get their tokens here, and prove themselves with them. */
  readonly oauth = new FakeAuthorizationServer();
  fault: Fault = () => undefined;
  heartbeatSeconds = 30;
  readonly #streams = new Set<ServerResponse>();
  readonly #sockets = new Set<Duplex>();
  #server: Server | undefined;
  #port = 0;
  #certificate = { certPem: '', keyPem: '' };

  static async start(): Promise<FakeControlPlane> {
    const fake = new FakeControlPlane();
    fake.#certificate = await makeCertificate();
    await fake.listen();
    return fake;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  get caPem(): string {
    return this.#certificate.certPem;
  }

  /** Listens, after a stop on the same port. */
  async listen(): Promise<void> {
    const { certPem: cert, keyPem: key } = this.#certificate;
    this.#server = createServer({ cert, key }, (request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    this.oauth.origin = this.url;
  }

  /** Dies at once, as by kill -9: connections break. Tasks stay known. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#streams.clear();
    if (server) await new Promise((resolve) => void server.close(resolve));
  }

  /** Creates a task and pushes it to the agent, if one is connected. */
  addTask(spec: Partial<Task['spec']>, other: Partial<Task> = {}): SeenTask {
    const task: Task = {
      uid: randomUUID(),
      name: `inv-12345678-${this.tasks.size}`,
      namespace: 'default',
      spec: {
        agentRef: { name: 'host' },
        type: 'Diagnose',
        policyHash: `sha256:${POLICY_HASH.replace(/^sha256:/, '')}`,
        timeoutSeconds: 60,
        ...spec,
      },
      ...other,
    };
    const seen: SeenTask = {
      task,
      claims: other.claim ? [other.claim.journalID] : [],
      results: [],
      progress: [],
      chunks: new Map(),
    };
    this.tasks.set(task.uid, seen);
    this.push('task', task);
    return seen;
  }

  /** Sends an event to every stream. */
  push(event: string, data: unknown): void {
    for (const stream of this.#streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** The whole output of an action, from its chunks. */
  outputOf(seen: SeenTask, actionID: string): string {
    const pieces: Buffer[] = [];
    for (let n = 0; ; n += 1) {
      const piece = seen.chunks.get(`${actionID}/stdout/${n}`);
      if (!piece) return Buffer.concat(pieces).toString('utf8');
      pieces.push(piece);
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const method = request.method ?? '';
    const fault = this.fault({ method, path });
    if (fault === 'Drop') {
      request.socket.destroy();
      return;
    }
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    if (fault) return problem(response, fault.status, fault.code);
    if (this.oauth.serves(path)) return this.oauth.answer(request, Buffer.concat(pieces).toString(), response);
    if (method === 'GET' && path === '/ca.crt') return void response.end(this.caPem);
    if (request.headers.authorization?.startsWith('DPoP ') === true) {
      if (!this.oauth.admits(request, response)) return undefined;
    } else if (request.headers.authorization !== `Bearer ${this.token}`) {
      return problem(response, 401, 'Unauthenticated');
    }
    if (method === 'GET' && path === '/agent/v1/stream') return this.#openStream(response);
    return this.#answer(
      { method, path, contentType: request.headers['content-type'] ?? '' },
      Buffer.concat(pieces),
      response,
    );
  }

  #openStream(response: ServerResponse): void {
    this.connections += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    const hello = {
      agent: 'default/host',
      policyHash: `sha256:${'0'.repeat(64)}`,
      serverTime: new Date().toISOString(),
      heartbeatSeconds: this.heartbeatSeconds,
    };
    response.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
    for (const { task, results, claims } of this.tasks.values()) {
      if (results.length > 0) continue;
      const claim = claims[0] === undefined ? {} : { claim: { journalID: claims[0], time: new Date().toISOString() } };
      response.write(`event: task\ndata: ${JSON.stringify({ ...task, ...claim })}\n\n`);
    }
  }

  #answer(call: { method: string; path: string; contentType: string }, body: Buffer, response: ServerResponse): void {
    if (call.path === '/agent/v1/heartbeat') {
      if (!this.#check('heartbeat', body, response)) return;
      this.heartbeats.push(JSON.parse(body.toString()) as Heartbeat);
      json(response, { serverTime: new Date().toISOString(), heartbeatSeconds: this.heartbeatSeconds });
      return;
    }
    const [, uid = '', verb = '', ...rest] =
      /^\/agent\/v1\/tasks\/([^/]+)\/(claim|progress|result|output)(.*)$/.exec(call.path) ?? [];
    const seen = this.tasks.get(uid);
    if (!seen) return problem(response, 404, 'TaskNotFound');
    if (verb === 'output') return this.#takeChunk(seen, { key: (rest[0] ?? '').slice(1), ...call }, body, response);
    if (!this.#check(verb as 'claim', body, response)) return undefined;
    const value = JSON.parse(body.toString()) as TaskResult & Progress;
    if (verb === 'claim') return claim(seen, value.journalID, response);
    if (verb === 'progress') seen.progress.push(value);
    else seen.results.push(value);
    if (verb === 'result' && seen.results.length > 1) return problem(response, 409, 'TaskEnded');
    response.writeHead(204).end();
    return undefined;
  }

  // oxlint-disable-next-line max-params -- one request
  #takeChunk(seen: SeenTask, call: { key: string; contentType: string }, body: Buffer, response: ServerResponse): void {
    if (call.contentType !== 'application/gzip') return problem(response, 415, 'UnsupportedMediaType');
    const plain = gunzipSync(body);
    if (plain.length > OUTPUT_CHUNK_BYTES) this.complaints.push(`chunk ${call.key} has ${plain.length} bytes`);
    seen.chunks.set(call.key, plain);
    response.writeHead(204).end();
  }

  #check(kind: keyof typeof checks, body: Buffer, response: ServerResponse): boolean {
    const validate = checks[kind];
    if (validate(JSON.parse(body.toString()))) return true;
    this.complaints.push(`${kind}: ${ajv.errorsText(validate.errors)}`);
    problem(response, 422, 'ValidationFailed');
    return false;
  }
}

function claim(seen: SeenTask, journalID: string, response: ServerResponse): void {
  if (seen.results.length > 0) return problem(response, 409, 'TaskEnded');
  const [holder] = seen.claims;
  if (holder !== undefined && holder !== journalID) return problem(response, 409, 'TaskClaimedElsewhere');
  seen.claims.push(journalID);
  return json(response, { journalID, time: new Date().toISOString() });
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', title: code, status, code }));
}
