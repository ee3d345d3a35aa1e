import { describe, expect, it } from 'vitest';
import { healthPatch } from './health-status.ts';

const seenTime = new Date('2026-03-01T12:00:00Z');
const connection = { time: seenTime, address: '192.0.2.1' };

describe('the status of an agent that connects', () => {
  it('names the key of an enrolled host', () => {
    const keyThumbprint = 'k'.repeat(43);
    expect(healthPatch({ seenTime, connection: { ...connection, keyThumbprint } })).toEqual({
      lastSeenTime: '2026-03-01T12:00:00.000Z',
      connectedTime: '2026-03-01T12:00:00.000Z',
      address: '192.0.2.1',
      publicKeyThumbprint: keyThumbprint,
    });
  });

  it('loses the key that it had, when the agent comes by a token without one', () => {
    expect(healthPatch({ seenTime, connection })).toMatchObject({ publicKeyThumbprint: null });
  });

  it('keeps the key as long as nothing is said of a connection', () => {
    expect(healthPatch({ seenTime })).toEqual({ lastSeenTime: '2026-03-01T12:00:00.000Z' });
  });
});
