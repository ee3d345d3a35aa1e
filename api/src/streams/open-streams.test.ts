import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpenStreams, PING_SECONDS } from './open-streams.ts';
import { SseStream } from './sse-stream.ts';

let server: Server;
let responses: ServerResponse[];

beforeEach(async () => {
  responses = [];
  server = createServer((_request, response) => void responses.push(response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A real connection: the side that reads, and the answer on the side that writes. */
async function connect(): Promise<{
  request: ReturnType<typeof get>;
  reader: Promise<IncomingMessage>;
  response: ServerResponse;
}> {
  const before = responses.length;
  const reader = Promise.withResolvers<IncomingMessage>();
  const request = get({ port: (server.address() as AddressInfo).port, agent: false }, reader.resolve);
  request.on('error', () => undefined);
  await vi.waitFor(() => expect(responses.length).toBe(before + 1));
  return { request, reader: reader.promise, response: responses[before]! };
}

function textOf(message: IncomingMessage): { text: string } {
  const seen = { text: '' };
  message.setEncoding('utf8').on('data', (chunk: string) => (seen.text += chunk));
  return seen;
}

describe('server-sent events', () => {
  it('arrive with name, id and one line of JSON', async () => {
    const { reader, response } = await connect();
    const stream = new SseStream(response, { headers: { 'x-request-id': 'r1' } });
    stream.send('task', { text: 'two\nlines' }, 'id-1');
    stream.end('Finished');
    const message = await reader;
    expect(message.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'r1' });
    const seen = textOf(message);
    await vi.waitFor(() => expect(seen.text).toBe('event: task\nid: id-1\ndata: {"text":"two\\nlines"}\n\n'));
  });

  it('cannot be forged by a line break in an id', async () => {
    const { reader, response } = await connect();
    const stream = new SseStream(response);
    stream.send('finding', {}, 'a\n\nevent: verdict\rb');
    stream.end('Finished');
    const seen = textOf(await reader);
    await vi.waitFor(() => expect(seen.text).toBe('event: finding\nid: a  event: verdict b\ndata: {}\n\n'));
  });

  it('tell once how the stream ended, and say nothing afterwards', async () => {
    const { request, response } = await connect();
    const stream = new SseStream(response);
    const ends: string[] = [];
    stream.onEnd((end) => ends.push(end));
    request.destroy();
    await vi.waitFor(() => expect(ends).toEqual(['ClientGone']));
    stream.send('task', {});
    stream.end('Closing');
    stream.onEnd((end) => ends.push(`late ${end}`));
    expect(ends).toEqual(['ClientGone', 'late ClientGone']);
  });

  it('cut off a reader that does not read, and only that one', async () => {
    const slow = await connect();
    const quick = await connect();
    const [slowStream, quickStream] = [slow, quick].map(
      ({ response }) => new SseStream(response, { maxBufferedBytes: 100_000 }),
    );
    (await slow.reader).pause();
    const seen = textOf(await quick.reader);
    const data = { text: 'x'.repeat(50_000) };
    await vi.waitFor(
      () => {
        slowStream!.send('task', data);
        expect(slowStream!.ended).toBe('TooSlow');
      },
      { timeout: 10_000, interval: 1 },
    );
    quickStream!.send('task', data);
    await vi.waitFor(() => expect(seen.text.length).toBeGreaterThan(50_000));
    expect(quickStream!.ended).toBeUndefined();
  });
});

describe('open streams', () => {
  it('are pinged once in a turn each, the first time after a whole turn', async () => {
    const clock = new FakeClock();
    const streams = new OpenStreams({ clock });
    const { reader, response } = await connect();
    streams.add(new SseStream(response));
    const seen = textOf(await reader);
    await clock.advance((PING_SECONDS - 1) * 1000);
    expect(seen.text).toBe('');
    await clock.advance(1000);
    await vi.waitFor(() => expect(seen.text).toBe('event: ping\ndata: {}\n\n'));
    await clock.advance(PING_SECONDS * 2 * 1000);
    await vi.waitFor(() => expect(seen.text.match(/ping/g)).toHaveLength(3));
  });

  it('leave no timer behind when they are gone', async () => {
    const clock = new FakeClock();
    const streams = new OpenStreams({ clock });
    const { request, response } = await connect();
    streams.add(new SseStream(response));
    request.destroy();
    await vi.waitFor(() => expect(streams.size).toBe(0));
    await clock.advance(1000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are told to come back and ended when the replica closes, and so is one that comes late', async () => {
    const streams = new OpenStreams({ clock: new FakeClock() });
    const [early, late] = [await connect(), await connect()];
    streams.add(new SseStream(early.response));
    const seen = textOf(await early.reader);
    streams.close();
    const lateStream = new SseStream(late.response);
    streams.add(lateStream);
    expect(lateStream.ended).toBe('Closing');
    await vi.waitFor(() => expect(seen.text).toContain('retry: 1000'));
    expect(() => streams.refuseWhenClosing()).toThrow(/closing/);
  });
});
