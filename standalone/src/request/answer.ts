import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { dump } from 'js-yaml';
import type { AnswerFormat } from './answer-format.ts';
import type { Reply } from './resource-request.ts';
import { toStatus } from '../status/status-error.ts';

/** Longest text of one Warning header, characters; kube-apiserver cuts as well, since headers are bounded. */
const MAX_WARNING_CHARS = 256;
/** Smaller bodies are not worth compressing, bytes; as in kube-apiserver. */
const GZIP_FROM_BYTES = 128 * 1024;
/** A client that takes nothing of its answer for this long is gone, ms. */
const MAX_STALL_MS = 60_000;
/** Over loopback and local networks time is dearer than bytes. */
const GZIP_LEVEL = 1;

const compress = promisify(gzip);

const PLAIN_FORMAT: AnswerFormat = { mediaType: 'application/json', isPretty: false, acceptsGzip: false };

/** Sends a whole answer, whose body is JSON text, in the format asked for. */
export async function sendReply(response: ServerResponse, reply: Reply, format: AnswerFormat): Promise<void> {
  const body = Buffer.from(inFormat(reply.body, format));
  setWarnings(response, reply.warnings ?? []);
  if (!format.acceptsGzip || body.length < GZIP_FROM_BYTES) {
    sendBytes(response, { code: reply.code, body, contentType: format.mediaType });
    return;
  }
  // In a thread of libuv: a list of megabytes must not hold up everybody else.
  const compressed = await compress(body, { level: GZIP_LEVEL });
  response.setHeader('content-encoding', 'gzip');
  response.setHeader('vary', 'Accept-Encoding');
  sendBytes(response, { code: reply.code, body: compressed, contentType: format.mediaType });
}

/** Sends an error as a meta/v1 Status. */
export function sendError(response: ServerResponse, error: unknown, format = PLAIN_FORMAT): void {
  const status = toStatus(error);
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  if (status.code === 401) response.setHeader('www-authenticate', 'Bearer');
  // What is left of a refused body may never have been read: the connection cannot carry another request.
  if (status.code === 413) response.setHeader('connection', 'close');
  const body = Buffer.from(inFormat(JSON.stringify(status), format));
  sendBytes(response, { code: status.code, body, contentType: format.mediaType });
}

/** Sends plain text, as Go's http.Error does. */
export function sendText(response: ServerResponse, code: number, text: string): void {
  response.setHeader('x-content-type-options', 'nosniff');
  sendBytes(response, { code, body: Buffer.from(text), contentType: 'text/plain; charset=utf-8' });
}

/** Sends bytes with the headers that every answer has. */
export function sendBytes(
  response: ServerResponse,
  answer: { code: number; body: Uint8Array; contentType: string },
): void {
  // Node cuts the connection then: an answer that nobody fetches must not be held for ever.
  response.setTimeout(MAX_STALL_MS);
  response.statusCode = answer.code;
  response.setHeader('content-type', answer.contentType);
  response.setHeader('content-length', answer.body.length);
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-cache, private');
  response.end(answer.body);
}

function inFormat(json: string, { mediaType, isPretty }: AnswerFormat): string {
  if (mediaType === 'application/yaml') {
    return dump(JSON.parse(json), { lineWidth: -1, noRefs: true, sortKeys: true });
  }
  return isPretty ? JSON.stringify(JSON.parse(json), undefined, 2) : json;
}

/** Sets the Warning headers, each text once. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  const texts = new Set(warnings);
  if (texts.size > 0) response.setHeader('warning', [...texts].map(toWarning));
}

/** RFC 7234 §5.5: code 299, no agent, a quoted text in ASCII. */
function toWarning(text: string): string {
  const ascii = text.slice(0, MAX_WARNING_CHARS).replace(/[^\x20-\x7e]/g, '?');
  return `299 - "${ascii.replace(/["\\]/g, '\\$&')}"`;
}
