import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, errorMessage, FakeClock, systemClock, type Clock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gateway } from './gateway.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let answers: Handler[];
let asked: IncomingMessage[];

beforeEach(async () => {
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    const answer = answers.shift();
    if (answer) answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const says =
  (status: number, body: string): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  };
const hangsUp: Handler = (request) => request.socket.destroy();
const impatientClock: Clock = { ...systemClock, sleep: () => Promise.resolve() };
const log = createLogger({ name: 'gateway', level: 'fatal' });

function gateway(more: { clock?: Clock; apiKey?: string } = {}): Gateway {
  const { port } = server.address() as AddressInfo;
  return new Gateway({ url: `http://127.0.0.1:${port}/`, timeoutSeconds: 30, clock: impatientClock, log, ...more });
}

const post = (signal = new AbortController().signal) => gateway().post('/inference', { a: 1 }, { signal });

describe('a call to the gateway', () => {
  it('sends the key it was given to the path under the base', async () => {
    answers = [says(200, '{"ok":true}')];
    expect(
      await gateway({ apiKey: 'sk-t0-1' }).post('/inference', {}, { signal: new AbortController().signal }),
    ).toEqual({ ok: true });
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/inference', headers: { authorization: 'Bearer sk-t0-1' } });
  });

  it.each([
    ['408', says(408, '{"error":"slow"}')],
    ['429', says(429, '{"error":"too much"}')],
    ['502', says(502, '{"error":"all variants failed"}')],
    ['a broken connection', hangsUp],
  ])('is tried again after %s', async (_, failure) => {
    answers = [failure, failure, says(200, '{}')];
    expect(await post()).toEqual({});
  });

  it('is given up after three tries, in the gateway’s own words', async () => {
    answers = Array.from({ length: 4 }, () =>
      says(502, JSON.stringify({ error: 'All variants failed:\n  out of GPUs' })),
    );
    await expect(post()).rejects.toMatchObject({
      code: 'GatewayFailed',
      message: expect.stringMatching(/answered 502: All variants failed: out of GPUs \(3 of 3 tries\)$/) as string,
    });
    expect(asked).toHaveLength(3);
  });

  it.each([
    [400, '{"error":"unknown field `x`"}', 'unknown field `x`'],
    [401, '', 'no text'],
    [404, '<html>nothing here</html>', '<html>nothing here</html>'],
    [200, 'OK', 'answered 200 with no JSON: OK'],
  ])('is not tried again after %i: that is a fault of ours', async (status, body, words) => {
    answers = [says(status, body)];
    await expect(post()).rejects.toMatchObject({ message: expect.stringContaining(words) as string });
    expect(asked).toHaveLength(1);
  });

  it('is not tried again when it was late: it may still be running, and be paid for', async () => {
    const clock = new FakeClock();
    const failure = failureOf(gateway({ clock }).post('/inference', {}, { signal: new AbortController().signal }));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await clock.advance(30_000);
    expect(await failure).toMatch(/did not answer within 30 s/);
    expect(asked).toHaveLength(1);
  });

  it('ends at once when nobody needs it any more', async () => {
    const abort = new AbortController();
    const failure = failureOf(post(abort.signal));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    abort.abort(new Error('not needed'));
    expect(await failure).toBe('not needed');
    expect(asked).toHaveLength(1);
  });
});

async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return errorMessage(error);
  }
  return 'none';
}
