/** One server-sent event. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/** A line longer than this is no event of ours; it would only grow memory. A task is at most some 100 KiB. */
const MAX_LINE_CHARACTERS = 4 * 1024 * 1024;

/**
 * Parses a stream of server-sent events (WHATWG HTML, section 9.2). `id` and `retry` are ignored: the stream has no
 * resume, and the agent has its own back-off.
 */
export class SseParser {
  #rest = '';
  #event = '';
  #data: string[] = [];
  readonly #decoder = new TextDecoder();

  /** Takes the next bytes. @returns the events that they complete. @throws RangeError for an endless line. */
  push(bytes: Uint8Array): ServerSentEvent[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(/\r\n|\n/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_LINE_CHARACTERS) throw new RangeError('A line of the event stream does not end');
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): ServerSentEvent[] {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return [];
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    if (field === 'data') this.#data.push(value);
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    const event = { event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}
