import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and its answer. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Decoded, with its leading slash. */
  path: string;
  query: URLSearchParams;
}
