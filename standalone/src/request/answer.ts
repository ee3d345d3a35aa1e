import type { ServerResponse } from 'node:http';
import type { Reply } from './resource-request.ts';
import { toStatus } from '../status/status-error.ts';

/** Longest text of one Warning header, characters; kube-apiserver cuts as well, since headers are bounded. */
const MAX_WARNING_CHARS = 256;

/** Sends a whole answer of JSON text. */
export function sendJson(response: ServerResponse, reply: Reply, contentType = 'application/json'): void {
  const body = Buffer.from(reply.body);
  response.statusCode = reply.code;
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', body.length);
  response.setHeader('cache-control', 'no-cache, private');
  const warnings = reply.warnings ?? [];
  if (warnings.length > 0) response.setHeader('warning', warnings.map(toWarning));
  response.end(body);
}

/** Sends an error as a meta/v1 Status. */
export function sendError(response: ServerResponse, error: unknown): void {
  const status = toStatus(error);
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  if (status.code === 401) response.setHeader('www-authenticate', 'Bearer');
  // What is left of a refused body may never have been read: the connection cannot carry another request.
  if (status.code === 413) response.setHeader('connection', 'close');
  sendJson(response, { code: status.code, body: JSON.stringify(status) });
}

/** RFC 7234 §5.5: code 299, no agent, a quoted text in ASCII. */
function toWarning(text: string): string {
  const ascii = text.slice(0, MAX_WARNING_CHARS).replace(/[^\x20-\x7e]/g, '?');
  return `299 - "${ascii.replace(/["\\]/g, '\\$&')}"`;
}
