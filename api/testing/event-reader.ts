import { request, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** One server-sent event as it arrived. */
export interface ReceivedEvent {
  event: string;
  id?: string;
  data: unknown;
}

const WAIT_MS = 10_000;

/** A real client of server-sent events. */
export class EventReader {
  readonly response: IncomingMessage;
  readonly events: ReceivedEvent[] = [];
  /** Comment and `retry` lines. */
  readonly remarks: string[] = [];
  #taken = 0;
  #text = '';
  #wake: () => void = () => undefined;
  #isEnded = false;

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#read(chunk));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  static async open(url: string, token: string, options: { ca?: string } = {}): Promise<EventReader> {
    const send = url.startsWith('https:') ? tlsRequest : request;
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, { headers, agent: false, ...options }, resolve)
        .on('error', reject)
        .end();
    });
    if (response.statusCode !== 200) throw new Error(`The stream answered ${response.statusCode}`);
    return new EventReader(response);
  }

  /** The next event that was not taken yet; pings are passed over unless asked for. */
  async next(event?: string): Promise<ReceivedEvent> {
    const deadline = AbortSignal.timeout(WAIT_MS);
    for (;;) {
      while (this.#taken < this.events.length) {
        const candidate = this.events[this.#taken++]!;
        if (event ? candidate.event === event : candidate.event !== 'ping') return candidate;
      }
      const seen = this.events.map((one) => one.event).join(', ');
      if (this.#isEnded) throw new Error(`The stream ended before ${event ?? 'another event'}; it had: ${seen}`);
      if (deadline.aborted) throw new Error(`No ${event ?? 'event'} came in ${WAIT_MS} ms; there were: ${seen}`);
      await this.#change(deadline);
    }
  }

  /** Resolves when the server has ended the stream. */
  async ended(): Promise<void> {
    const deadline = AbortSignal.timeout(WAIT_MS);
    while (!this.#isEnded) {
      if (deadline.aborted) throw new Error('The stream is still open');
      await this.#change(deadline);
    }
  }

  close(): void {
    this.response.destroy();
  }

  #change(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #read(chunk: string): void {
    this.#text += chunk;
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      this.#block(this.#text.slice(0, end).split('\n'));
      this.#text = this.#text.slice(end + 2);
    }
    this.#wake();
  }

  #block(lines: string[]): void {
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field('data');
    if (data === undefined) this.remarks.push(...lines);
    else {
      const id = field('id');
      this.events.push({ event: field('event') ?? 'message', data: JSON.parse(data), ...(id ? { id } : {}) });
    }
  }
}
