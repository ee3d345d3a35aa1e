import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerMalformed, findRefusal } from './malformed-requests.ts';

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  const refusal = findRefusal(request);
  if (refusal !== undefined) {
    response.writeHead(refusal.code, { connection: 'close' }).end(refusal.text);
    return;
  }
  // A long answer under way, for what comes behind it on the same connection.
  response.write('begun ');
  if (request.url !== '/long') response.end('done');
});

beforeAll(async () => {
  answerMalformed(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** All that comes back until the server hangs up. */
async function sent(bytes: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

describe('a malformed request', () => {
  it.each([
    ['nonsense\r\n\r\n', '400 Bad Request'],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
    ['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', '405 Method Not Allowed'],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', '400 Bad Request'],
    ['GET / HTTP/2.0\r\nHost: a\r\n\r\n', '505 HTTP Version Not Supported'],
    ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', '501 Not Implemented'],
  ])('is answered in plain text, and the connection ends', async (bytes, line) => {
    const text = await sent(bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${line}\r\n`));
    expect(text.toLowerCase()).toContain('connection: close\r\n');
  });

  it('behind an answer under way ends the connection without words', async () => {
    const text = await sent('GET /long HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n');
    expect(text.match(/HTTP\/1.1/g) ?? []).toHaveLength(text === '' ? 0 : 1);
    expect(text).not.toContain('400 Bad Request');
  });
});

describe('findRefusal', () => {
  it.each(['a', 'a:1', '127.0.0.1:6443', '[::1]:6443', '', 'localhost:'])('takes the host %j', (host) => {
    expect(findRefusal(request({ host: [host] }))).toBeUndefined();
  });

  it.each(['a b', 'a/b', 'a@b', 'a:b', '[::1', 'a"b'])('refuses the host %j', (host) => {
    expect(findRefusal(request({ host: [host] }))?.code).toBe(400);
  });

  it('takes one body coding', () => {
    expect(findRefusal(request({ 'transfer-encoding': ['Chunked'] }))).toBeUndefined();
    expect(findRefusal(request({ 'transfer-encoding': ['chunked', 'chunked'] }))?.code).toBe(501);
  });
});

function request(headersDistinct: Record<string, string[]>): IncomingMessage {
  return { httpVersion: '1.1', headersDistinct } as unknown as IncomingMessage;
}
