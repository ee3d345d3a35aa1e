import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerHealth, PING } from './health.ts';

let fault: string | undefined;
const STORAGE = { name: 'storage', findFault: () => fault };
const CHECKS = { healthz: [PING, STORAGE], livez: [PING], readyz: [PING, STORAGE] };

const server = createServer((asked, response) => {
  const url = new URL(asked.url ?? '', 'http://localhost');
  if (!answerHealth(CHECKS, { path: url.pathname, query: url.searchParams }, response)) response.writeHead(404).end();
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

async function ask(path: string): Promise<[number, string]> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, path }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return [response.statusCode, text];
}

describe('health', () => {
  it('is told in a word, check by check, or of one check', async () => {
    fault = undefined;
    expect(await ask('/readyz')).toEqual([200, 'ok']);
    expect(await ask('/readyz?verbose')).toEqual([200, '[+]ping ok\n[+]storage ok\nreadyz check passed\n']);
    expect(await ask('/readyz/storage')).toEqual([200, 'ok']);
    expect((await ask('/livez/storage'))[0]).toBe(404);
    expect((await ask('/readyz/storage/x'))[0]).toBe(404);
    expect((await ask('/other'))[0]).toBe(404);
  });

  it('names a failing check, and keeps its reason for the log', async () => {
    fault = 'disk /dev/secret is full';
    const told = '[+]ping ok\n[-]storage failed: reason withheld\nreadyz check failed\n';
    expect(await ask('/readyz')).toEqual([500, told]);
    expect(await ask('/readyz/storage')).toEqual([500, 'internal server error: storage check failed\n']);
    expect(await ask('/livez')).toEqual([200, 'ok']);
  });

  it('leaves out what is excluded, and warns of what cannot be', async () => {
    fault = 'broken';
    expect(await ask('/readyz?exclude=storage')).toEqual([200, 'ok']);
    const [code, text] = await ask('/readyz?verbose&exclude=storage&exclude=etcd');
    expect(code).toBe(200);
    expect(text.split('\n')).toEqual([
      '[+]ping ok',
      '[+]storage excluded: ok',
      'warn: some health checks cannot be excluded: no matches for "etcd"',
      'readyz check passed',
      '',
    ]);
  });
});
