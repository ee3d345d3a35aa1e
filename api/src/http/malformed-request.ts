import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { ApiError } from './api-error.ts';
import { problemOf } from './problem.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/**
 * Answers what is no HTTP request (or one with too many headers, or one that does not arrive in time) and closes.
 *
 * There is no request object yet, so the answer is written onto the socket.
 */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.writable && error.code !== 'ECONNRESET') {
    const failure = new ApiError('BadRequest', 'This is no HTTP request that can be read, or it came too slowly');
    const body = JSON.stringify(problemOf(failure, randomUUID()));
    const head = [
      'HTTP/1.1 400 Bad Request',
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy();
}
