import { KubeApiError } from './kube-api-error.ts';
import type { WatchEvent } from './resource-client.ts';
import { errorOfWatchStatus } from './status-error.ts';

/** Longest line in characters; etcd's limit for an object is a tenth of it. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/**
 * Splits a body into lines; a last line without its end is dropped.
 *
 * Such a line was cut by a broken connection. The event it began is sent again by the next watch,
 * which starts from the last whole one.
 */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    // split() gives at least one part: what follows the last line end.
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      yield pending + line;
      pending = '';
    }
    pending += rest;
    if (pending.length > MAX_LINE_LENGTH) throw garbled(`a line exceeds ${MAX_LINE_LENGTH} characters`);
  }
}

/** The event of one line. @throws KubeApiError of an `ERROR` event, or `ConnectionFailed` for what is no event. */
export function parseWatchLine<T>(line: string): WatchEvent<T> {
  const { type, object } = parseJson(line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: object as T };
    case 'BOOKMARK':
      return bookmark(object);
    case 'ERROR':
      throw errorOfWatchStatus(object);
    default:
      throw garbled(`it has an event of type ${JSON.stringify(type)}`);
  }
}

function parseJson(line: string): { type?: unknown; object?: unknown } {
  try {
    const event: unknown = JSON.parse(line);
    if (isEvent(event)) return event;
  } catch (cause) {
    throw garbled('it has a line that is not JSON', cause);
  }
  throw garbled('it has a line that is no event');
}

function isEvent(value: unknown): value is { type?: unknown; object: object } {
  return typeof value === 'object' && value !== null && 'object' in value && isObject(value.object);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Marks the bookmark after which all objects have been sent (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

function bookmark(object: unknown): WatchEvent<never> {
  const { metadata } = object as { metadata?: { resourceVersion?: unknown; annotations?: Record<string, unknown> } };
  const resourceVersion = metadata?.resourceVersion;
  if (typeof resourceVersion !== 'string') throw garbled('it has a bookmark without a resourceVersion');
  const isEnd = metadata?.annotations?.[INITIAL_EVENTS_END] === 'true';
  return { type: 'BOOKMARK', resourceVersion, ...(isEnd ? { isInitialEventsEnd: true } : {}) };
}

function garbled(why: string, cause?: unknown): KubeApiError {
  return new KubeApiError({
    code: 'ConnectionFailed',
    message: `The watch cannot be read: ${why}`,
    status: 503,
    cause,
  });
}
