import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseParser, type ServerSentEvent } from './sse.ts';

const parse = (...pieces: (string | Uint8Array)[]): ServerSentEvent[] => {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(typeof piece === 'string' ? Buffer.from(piece) : piece));
};

describe('the event stream', () => {
  it('is read event by event, with comments and unknown fields left out', () => {
    const events = parse(': hello\nevent: task\nid: 7\nretry: 5\ndata: {"a":\ndata: 1}\n\nevent: ping\ndata:\n\n');
    expect(events).toEqual([
      { event: 'task', data: '{"a":\n1}' },
      { event: 'ping', data: '' },
    ]);
  });

  it('ends lines with CR LF too', () => {
    expect(parse('event: task\r\ndata: x\r\n\r\n')).toEqual([{ event: 'task', data: 'x' }]);
  });

  it('is the same wherever the network cuts it', () => {
    const bytes = Buffer.from('event: task\ndata: {"prompt":"zażółć 🐈"}\n\nevent: cancel\ndata: {}\n\n');
    const whole = parse(bytes);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 6 }), (cuts) => {
        const borders = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = borders.slice(1).map((end, index) => bytes.subarray(borders[index], end));
        expect(parse(...pieces)).toEqual(whole);
      }),
    );
  });

  it('does not let an endless line grow for ever', () => {
    expect(() => parse('x'.repeat(5 * 1024 * 1024))).toThrow(RangeError);
  });
});
