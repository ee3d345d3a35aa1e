import { FakeClock } from '@nannyapi/process';
import { beforeEach, describe, expect, it } from 'vitest';
import { widget } from '../testing/widget.ts';
import { EventCorrelator, type EventInput } from './event-correlator.ts';

let clock: FakeClock;
let correlator: EventCorrelator;

beforeEach(() => {
  clock = new FakeClock();
  correlator = new EventCorrelator(clock);
});

const failed = (message: string): EventInput => ({ type: 'Warning', reason: 'Failed', message });
const a = widget('a', '7');

describe('EventCorrelator', () => {
  it('gives equal events one key, also of another version of the object, and different ones their own', () => {
    const keys = [
      correlator.correlate(a, failed('disk full')),
      correlator.correlate(widget('a', '8'), failed('disk full')),
      correlator.correlate(a, failed('disk broken')),
      correlator.correlate(a, { ...failed('disk full'), type: 'Normal' }),
      correlator.correlate(a, { ...failed('disk full'), reason: 'Other' }),
      correlator.correlate(widget('b', '7'), failed('disk full')),
      correlator.correlate(widget('a', '7', { metadata: { uid: 'another' } }), failed('disk full')),
    ].map((correlated) => correlated?.key);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(6);
  });

  it('makes one event of the eleventh and all further messages for one reason, until ten quiet minutes', async () => {
    const told = Array.from({ length: 13 }, (_, index) => correlator.correlate(a, failed(`try ${index}`)));
    expect(told[9]?.message).toBe('try 9');
    expect(told.slice(10).map((each) => each?.message)).toEqual(
      [10, 11, 12].map((index) => `(combined from similar events): try ${index}`),
    );
    expect(new Set(told.slice(10).map((each) => each?.key)).size).toBe(1);
    expect(correlator.correlate(a, failed('try 3'))?.message).toBe('try 3');
    expect(correlator.correlate(a, { ...failed('x'), reason: 'Other' })?.message).toBe('x');
    await clock.advance(600_001);
    expect(correlator.correlate(a, failed('try 99'))?.message).toBe('try 99');
  });

  it('lets an object tell 25 events at once, then one every five minutes, and no other object suffers', async () => {
    const tell = () => correlator.correlate(a, failed('again')) !== undefined;
    expect(Array.from({ length: 30 }, tell).filter(Boolean)).toHaveLength(25);
    expect(correlator.correlate(widget('b', '7'), failed('again'))).toBeDefined();
    await clock.advance(299_000);
    expect(tell()).toBe(false);
    await clock.advance(1_000);
    expect([tell(), tell()]).toEqual([true, false]);
  });
});
