import type { DeviceCode } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { decidePoll, isPending } from './device-state.ts';

const START = new Date('2026-11-25T12:00:00Z');
const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);

function code(status: DeviceCode['status'] = {}, client: DeviceCode['spec']['client'] = 'Agent'): DeviceCode {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'DeviceCode',
    metadata: { name: 'dc-1', namespace: 'nannyapi' },
    spec: {
      client,
      deviceCodeHash: `sha256:${'a'.repeat(64)}`,
      userCodeHash: `hmac-sha256:${'b'.repeat(64)}`,
      address: '192.0.2.1',
      intervalSeconds: 5,
      expirationTime: at(600).toISOString(),
    },
    status,
  };
}

const decided = (outcome: 'Approved' | 'Denied'): DeviceCode['status'] => ({
  decision: { outcome, by: 'github:1', time: at(10).toISOString() },
});
const redeemed = { ...decided('Approved'), redeemedTime: at(100).toISOString() };

describe('a poll', () => {
  it.each([
    ['waits while nobody has decided', code(), false, 20, 'authorization_pending'],
    ['that is early is slowed down', code(), true, 20, 'slow_down'],
    ['learns of the end of the code', code(), false, 600, 'expired_token'],
    ['that is early too', code(), true, 600, 'expired_token'],
    ['learns of a refusal', code(decided('Denied')), false, 20, 'access_denied'],
    ['learns of a refusal after the end, too', code(decided('Denied')), true, 700, 'access_denied'],
    ['redeems what is approved', code(decided('Approved')), false, 20, 'Redeem'],
    ['redeems what is approved even when it is early', code(decided('Approved')), true, 20, 'Redeem'],
    ['comes too late for what was approved', code(decided('Approved')), false, 600, 'expired_token'],
    ['at the moment of the redemption is slowed down', code(redeemed), false, 101, 'slow_down'],
    ['after it, but early, is slowed down', code(redeemed), true, 110, 'slow_down'],
    ['of a host that lost the answer is answered again', code(redeemed), false, 106, 'RepeatAnswer'],
    ['is answered again for two minutes', code(redeemed), false, 219, 'RepeatAnswer'],
    ['E3: finds a code used up after that', code(redeemed), false, 220, 'invalid_grant'],
    ['E3: of a command line finds a code used up at once', code(redeemed, 'CommandLine'), false, 106, 'invalid_grant'],
  ])('%s', (...[, given, isEarly, seconds, expected]) => {
    const decision = decidePoll(given, isEarly, at(seconds));
    expect(decision.kind === 'Refuse' ? decision.error : decision.kind).toBe(expected);
  });

  it('gets nothing for a client that a newer version may know', () => {
    expect(decidePoll(code({}, 'Robot' as 'Agent'), false, at(1))).toEqual({ kind: 'Refuse', error: 'invalid_grant' });
  });
});

describe('a code', () => {
  it.each([
    ['waits for a person', code(), 599, true],
    ['waits no longer than it lives', code(), 600, false],
    ['waits no more once it was approved', code(decided('Approved')), 20, false],
    ['waits no more once it was refused', code(decided('Denied')), 20, false],
  ])('%s', (_, given, seconds, expected) => expect(isPending(given, at(seconds))).toBe(expected));
});
