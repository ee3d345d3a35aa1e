import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request is refused before anybody looks at what it asks for. */
export interface Refusal {
  code: number;
  text: string;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};

/** What the HTTP parser's and the server's error codes come to; any other is a 400. */
const CODES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** A Host header: a name or an address, and maybe a port (RFC 3986 §3.2.2); empty is allowed. */
const HOST = /^(?:[\w.!~*'()%$&+,;=-]*|\[[\da-f:.%]+\])(?::\d*)?$/i;

/**
 * What is wrong with a request that the parser let pass; undefined when nothing is.
 *
 * Two hosts, an old protocol or a body in an unknown coding are read differently by different programs: whoever stands
 * in between may see another request than we do (RFC 9112 §11.2).
 */
export function findRefusal(request: IncomingMessage): Refusal | undefined {
  const { httpVersion, headersDistinct } = request;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return { code: 505, text: '505 HTTP Version Not Supported: unsupported protocol version' };
  }
  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length > 1) return { code: 400, text: '400 Bad Request: too many Host headers' };
  if (!hosts.every((host) => HOST.test(host))) return { code: 400, text: '400 Bad Request: malformed Host header' };
  const codings = headersDistinct['transfer-encoding'] ?? [];
  if (codings.length > 1 || codings.some((coding) => coding.toLowerCase() !== 'chunked')) {
    return { code: 501, text: 'Unsupported transfer encoding' };
  }
  return undefined;
}

/**
 * Answers what the HTTP parser refuses, and methods that need a tunnel, in plain text; then closes the connection, for
 * nobody knows where the next request would begin.
 */
export function answerMalformed(server: Server): void {
  // A socket that is in the middle of an answer can only be cut.
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    answers.set(request.socket, response);
  });
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    const answer = answers.get(socket);
    const isAnswering = answer !== undefined && answer.headersSent && !answer.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) socket.destroy();
    else refuse(socket, CODES[error.code ?? ''] ?? 400);
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => refuse(socket, 405));
}

function refuse(socket: Duplex, code: number): void {
  const text = `${code} ${REASONS[code]}`;
  const head = `HTTP/1.1 ${text}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${text.length}\r\n`;
  socket.on('error', () => socket.destroy());
  socket.end(`${head}Connection: close\r\n\r\n${text}`, () => socket.destroy());
}
