import type { RunEvent } from '@nannyapi/api';
import { describe, expect, it } from 'vitest';
import { followToEnd } from './follow-to-end.ts';

const accepted: RunEvent = {
  type: 'accepted',
  id: 'accepted',
  data: { name: 'a', namespace: 'default', prompt: 'Why?' },
};
const verdict: RunEvent = {
  type: 'verdict',
  id: 'verdict',
  data: { succeeded: true, reason: 'NoFaultFound', message: '' },
};

describe('followToEnd', () => {
  it('opens a stream that ended early again and tells nothing twice', async () => {
    const streams = [[accepted], [accepted, verdict, accepted]];
    const source = {
      follow: async function* () {
        yield* streams.shift() ?? [];
      },
    };
    const told = await Array.fromAsync(followToEnd(source, 'a', new AbortController().signal));
    expect(told).toEqual([accepted, verdict]);
    expect(streams).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const source = {
      follow: async function* () {
        yield accepted;
        stop.abort();
      },
    };
    await expect(Array.fromAsync(followToEnd(source, 'a', stop.signal))).rejects.toThrow(/abort/);
  });
});
