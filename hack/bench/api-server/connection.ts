import { connect, type TLSSocket } from 'node:tls';
import type { MeasuredServer } from './servers.ts';

/** What came back. */
export interface Answer {
  code: number;
  bodyBytes: number;
}

const ANSWER_MS = 30_000;
const HEAD_END = '\r\n\r\n';
/** The end of a chunked body, and of a chunk that ends with a whole watch event. */
const [LAST_CHUNK, EVENT_END] = [Buffer.from('0\r\n\r\n'), Buffer.from('\n\r\n')];

/**
 * One kept-alive HTTP/1.1 connection over TLS that knows just enough to be cheap: the load generator shares the cores
 * with the server, and node:https would take as long for a request as the server does.
 */
export class Connection {
  readonly #server: MeasuredServer;
  readonly #socket: TLSSocket;
  #closed: Error | undefined;
  #onData: (chunk: Buffer) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  private constructor(server: MeasuredServer, socket: TLSSocket) {
    this.#server = server;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('The server closed the connection')));
    socket.on('timeout', () => socket.destroy(new Error('The server does not answer')));
  }

  static open(server: MeasuredServer): Promise<Connection> {
    const { hostname, port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), ca: server.caPem }, () => {
        socket.off('error', reject);
        resolve(new Connection(server, socket));
      });
      socket.once('error', reject);
    });
  }

  /** Sends a request and reads its answer to the end; one at a time. */
  send(method: string, path: string, body?: { type: string; text: string }): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) reject(this.#closed);
      this.#fail = reject;
      this.#onData = readAnswer((answer) => {
        // Between two turns a connection may rest for long.
        this.#socket.setTimeout(0);
        resolve(answer);
      });
      this.#socket.setTimeout(ANSWER_MS);
      this.#socket.write(this.#requestText(method, path, body));
    });
  }

  /** Opens a watch; `onEvent` is called when a whole event has arrived, provided that events come one by one. */
  async watch(path: string, onEvent: () => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#onData = (chunk) => {
        if (chunk.includes(HEAD_END)) resolve();
      };
      this.#socket.write(this.#requestText('GET', path));
    });
    this.#onData = (chunk) => {
      if (endsWith(chunk, EVENT_END)) onEvent();
    };
  }

  close(): void {
    this.#fail = () => undefined;
    this.#socket.destroy();
  }

  #end(error: Error): void {
    this.#closed ??= error;
    this.#fail(this.#closed);
  }

  #requestText(method: string, path: string, body?: { type: string; text: string }): string {
    const head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${this.#server.adminToken}\r\nuser-agent: bench\r\n`;
    if (body === undefined) return `${head}\r\n`;
    return `${head}content-type: ${body.type}\r\ncontent-length: ${Buffer.byteLength(body.text)}\r\n\r\n${body.text}`;
  }
}

/** Takes the chunks of one answer; lengths are counted, bodies are not kept. */
function readAnswer(done: (answer: Answer) => void): (chunk: Buffer) => void {
  let head = '';
  let code = 0;
  let wantedBytes: number | undefined;
  let bodyBytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let body = chunk;
    if (code === 0) {
      head += chunk.toString('latin1');
      const end = head.indexOf(HEAD_END);
      if (end < 0) return;
      body = Buffer.from(head.slice(end + HEAD_END.length), 'latin1');
      head = head.slice(0, end);
      code = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      wantedBytes = length === undefined ? undefined : Number(length);
    }
    bodyBytes += body.length;
    if (wantedBytes === undefined) tail = Buffer.concat([tail, body]).subarray(-LAST_CHUNK.length);
    const isWhole = wantedBytes === undefined ? tail.equals(LAST_CHUNK) : bodyBytes >= wantedBytes;
    if (isWhole) done({ code, bodyBytes });
  };
}

function endsWith(chunk: Buffer, end: Buffer): boolean {
  return chunk.length >= end.length && chunk.compare(end, 0, end.length, chunk.length - end.length) === 0;
}
