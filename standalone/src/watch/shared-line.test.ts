import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { shareLine, writeSharedLine } from './shared-line.ts';

/** What a client that sends `requests` receives until the server closes the connection. */
async function receive(requests: string, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    answer(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(requests);
    return await text(socket);
  } finally {
    server.close();
  }
}

const GET = (version: string): string => `GET / HTTP/${version}\r\nhost: a\r\nconnection: close\r\n\r\n`;
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

describe('a line for many watches', () => {
  it('is a chunk of its own, in order with what the response writes itself', async () => {
    const answer = await receive(GET('1.1'), (response) => {
      response.write('first\n');
      writeSharedLine(response, shareLine('zweite für alle\n'));
      response.write('third\n');
      writeSharedLine(response, shareLine('fourth\n'));
      response.end();
    });
    const chunks = ['6\r\nfirst\n\r\n', '11\r\nzweite für alle\n\r\n', '6\r\nthird\n\r\n', '7\r\nfourth\n\r\n'];
    expect(bodyOf(answer)).toBe(`${chunks.join('')}0\r\n\r\n`);
  });

  it('has no frame for a client of HTTP/1.0', async () => {
    const answer = await receive(GET('1.0'), (response) => {
      writeSharedLine(response, shareLine('line\n'));
      response.end();
    });
    expect(bodyOf(answer)).toBe('line\n');
  });

  it('waits for its turn behind an earlier answer on the same connection', async () => {
    const responses: ServerResponse[] = [];
    const keepAlive = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
    const answer = await receive(keepAlive + GET('1.1'), (response) => {
      responses.push(response);
      writeSharedLine(response, shareLine(`answer ${responses.length}\n`));
      if (responses.length < 2) return;
      for (const each of responses.toReversed()) each.end();
    });
    const lines = answer.match(/answer \d/g);
    expect(lines).toEqual(['answer 1', 'answer 2']);
  });
});
