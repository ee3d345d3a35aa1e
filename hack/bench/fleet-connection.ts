import { connect, type TLSSocket } from 'node:tls';

/** What came back of a request. */
export interface FleetAnswer {
  code: number;
  /** Of the `DPoP-Nonce` header; absent when none came. */
  nonce: string | undefined;
}

const ANSWER_MS = 60_000;
const HEAD_END = '\r\n\r\n';

/**
 * One HTTP/1.1 connection over TLS that knows just enough to be cheap: the load generator shares the cores with the
 * facade, and node:https would take as long for a request as the facade does.
 */
export class FleetConnection {
  readonly #socket: TLSSocket;
  #text = '';
  #onText: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#onText();
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The facade closed the connection')));
  }

  static open(url: string, caPem: string): Promise<FleetConnection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), ca: caPem }, () => {
        socket.off('error', reject);
        resolve(new FleetConnection(socket));
      });
      socket.once('error', reject);
    });
  }

  /** Sends a request and reads its answer to the end; one at a time. */
  async send(request: string): Promise<FleetAnswer> {
    this.#socket.write(request);
    const answer = await this.#head();
    await this.#skipBody(answer.head);
    return answer;
  }

  /**
   * Sends a request for a stream of events.
   *
   * @param onBlock told each event in the tick in which it arrives, and not once the connection has failed.
   */
  async openStream(request: string, onBlock: (block: string) => void): Promise<FleetAnswer> {
    this.#socket.write(request);
    const answer = await this.#head();
    if (answer.code !== 200) {
      await this.#skipBody(answer.head);
      return answer;
    }
    this.#fail = () => undefined;
    this.#onText = () => {
      for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        onBlock(block);
      }
    };
    this.#onText();
    return answer;
  }

  close(): void {
    this.#fail = () => undefined;
    this.#socket.destroy();
  }

  async #head(): Promise<FleetAnswer & { head: string }> {
    await this.#until(() => this.#text.includes(HEAD_END));
    const end = this.#text.indexOf(HEAD_END);
    const head = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + HEAD_END.length);
    return { head, code: Number(head.slice(9, 12)), nonce: /\r\ndpop-nonce: (\S+)/i.exec(head)?.[1] };
  }

  async #skipBody(head: string): Promise<void> {
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    await this.#until(() => this.#text.length >= length);
    this.#text = this.#text.slice(length);
  }

  async #until(isThere: () => boolean): Promise<void> {
    if (isThere()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error('The facade does not answer')), ANSWER_MS);
    this.#fail = reject;
    this.#onText = () => {
      if (isThere()) resolve();
    };
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#onText = () => undefined;
    }
  }
}
