import type { ServerResponse } from 'node:http';

/** Bytes that may wait for a slow reader before its stream is cut. */
export const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** Milliseconds that a client should wait before it comes back to a server that closes. */
const RECONNECT_MS = 1000;

/** What a stream tells when it ends: by whom. */
export type StreamEnd = 'Finished' | 'ClientGone' | 'TooSlow' | 'Replaced' | 'Closing' | 'Revoked' | 'CredentialEnded';

/** What {@link SseStream} is told about its answer. */
export interface SseStreamOptions {
  headers?: Record<string, string> | undefined;
  /** Default {@link MAX_BUFFERED_BYTES}. */
  maxBufferedBytes?: number | undefined;
}

/**
 * One answer of server-sent events (WHATWG HTML §9.2).
 *
 * It never waits for its reader: a reader that lets more than `maxBufferedBytes` pile up is cut off, because one
 * slow host must cost the others neither memory nor time. After a reconnect it is told everything again.
 */
export class SseStream {
  readonly #response: ServerResponse;
  readonly #maxBufferedBytes: number;
  readonly #listeners: ((end: StreamEnd) => void)[] = [];
  #end: StreamEnd | undefined;

  /** Sends the head of the answer at once. */
  constructor(response: ServerResponse, options: SseStreamOptions = {}) {
    this.#response = response;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? MAX_BUFFERED_BYTES;
    response.on('close', () => this.#finish('ClientGone'));
    // The reason of a broken connection is of no use to anyone; 'close' follows.
    response.on('error', () => undefined);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies such as nginx would hold events back.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      ...options.headers,
    });
    response.flushHeaders();
    if (response.destroyed) this.#finish('ClientGone');
  }

  /** How the stream ended; `undefined` while it is open. */
  get ended(): StreamEnd | undefined {
    return this.#end;
  }

  /** Sends one event; without effect once the stream has ended. `data` is sent as one line of JSON. */
  send(event: string, data: unknown, id?: string): void {
    // An id may be made of what a host said, and a line break in it would begin another field.
    const idLine = id === undefined ? '' : `id: ${id.replaceAll(/[\r\n\0]/g, ' ')}\n`;
    this.#write(`event: ${event}\n${idLine}data: ${JSON.stringify(data)}\n\n`);
  }

  /** Ends the stream in good order; on `Closing` the reader is told to come back soon. */
  end(reason: Exclude<StreamEnd, 'ClientGone'>): void {
    if (this.#end) return;
    if (reason === 'Closing') this.#response.write(`: the server is closing\nretry: ${RECONNECT_MS}\n\n`);
    this.#response.end();
    this.#finish(reason);
  }

  /** Calls back once, when the stream has ended; at once if it already has. */
  onEnd(listener: (end: StreamEnd) => void): void {
    if (this.#end) listener(this.#end);
    else this.#listeners.push(listener);
  }

  #write(text: string): void {
    if (this.#end) return;
    this.#response.write(text);
    if (this.#response.writableLength <= this.#maxBufferedBytes) return;
    this.#finish('TooSlow');
    this.#response.destroy();
  }

  #finish(end: StreamEnd): void {
    if (this.#end) return;
    this.#end = end;
    for (const listener of this.#listeners.splice(0)) listener(end);
  }
}
