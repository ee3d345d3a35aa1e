import { describe, expect, it } from 'vitest';
import { decide, type LeaseView } from './decide.ts';
import type { LeaseSpec } from './lease.ts';

const held = (holderIdentity: string, leaseDurationSeconds = 15): LeaseSpec => ({
  holderIdentity,
  leaseDurationSeconds,
});

const view = (spec: LeaseSpec | undefined, lastSpec: LeaseSpec | undefined, unchangedMs: number): LeaseView => ({
  spec,
  lastSpec,
  unchangedMs,
});

describe('what a candidate does about a lease', () => {
  it.each<[string, LeaseView, object]>([
    ['takes one that never was', view(undefined, undefined, 0), { do: 'take' }],
    ['takes one that was released', view(held('', 1), held('', 1), 0), { do: 'take' }],
    ['takes one without a holder', view({}, {}, 0), { do: 'take' }],
    ['renews its own', view(held('me'), held('me'), 3_000), { do: 'renew' }],
    ['renews its own also after its time', view(held('me'), held('me'), 99_000), { do: 'renew' }],
    ["waits for another's", view(held('other'), held('other'), 4_000), { do: 'wait', ms: 11_000, holder: 'other' }],
    ["takes another's that stood still", view(held('other'), held('other'), 15_000), { do: 'take' }],
    [
      'goes by the duration of the holder',
      view(held('other', 60), held('other', 60), 15_000),
      { do: 'wait', ms: 45_000 },
    ],
    ['waits though the lease was deleted', view(undefined, held('other'), 5_000), { do: 'wait', ms: 10_000 }],
    ['takes one deleted long ago', view(undefined, held('other'), 16_000), { do: 'take' }],
    ['makes its own anew', view(undefined, held('me'), 0), { do: 'take' }],
  ])('%s', (_, seen, step) => {
    expect(decide(seen, 'me')).toMatchObject(step);
  });
});
