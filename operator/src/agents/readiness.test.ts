import { describe, expect, it } from 'vitest';
import { after, agentWith } from '../../testing/run-fixture.ts';
import { readinessOf } from './readiness.ts';

const LIMITS = { disconnectedSeconds: 90, connectedSeconds: 690 };
const connected = agentWith();
const { connectedTime: _, ...gone } = connected.status ?? {};
const disconnected = { ...connected, status: gone };

describe('an agent', () => {
  it.each([
    ['that is connected is ready', connected, 600, 'Connected', 0],
    ['that is connected may be quiet for as long as its word is not written down', connected, 690, 'Connected', 0],
    ['that has been quiet for longer is silent', connected, 700, 'AgentSilent', 10],
    ['that left a moment ago is ready: it may be restarting', disconnected, 90, 'Connected', 0],
    ['that left is silent', disconnected, 100, 'AgentSilent', 10],
    ['that never came is not ready', { ...connected, status: {} }, 0, 'NeverConnected', 0],
    ['that is paused is not ready, connected or not', agentWith({ suspend: true }), 0, 'Suspended', 0],
    ['that was cut off stays cut off, paused or not', agentWith({ access: 'Revoked', suspend: true }), 0, 'Revoked', 0],
  ] as const)('%s', (...[, agent, seconds, reason, silentForSeconds]) => {
    const readiness = readinessOf(agent, LIMITS, after(seconds));
    expect(readiness).toMatchObject({ reason, isReady: reason === 'Connected', silentForSeconds });
  });

  it('is looked at again just after silence would begin', () => {
    const { changesInSeconds = 0 } = readinessOf(disconnected, LIMITS, after(30));
    expect(readinessOf(disconnected, LIMITS, after(30 + changesInSeconds)).reason).toBe('AgentSilent');
  });
});
