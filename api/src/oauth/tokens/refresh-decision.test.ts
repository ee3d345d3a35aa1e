import type { AgentCredential } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { decideRefresh, withBoot, type RefreshRequest } from './refresh-decision.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const at = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();
const KEY = 'k'.repeat(43);
const hash = (letter: string): string => `sha256:${letter.repeat(64)}`;
const [PRESENT, PREVIOUS, OLDER] = [hash('c'), hash('b'), hash('a')];

function credential(status: object = {}): AgentCredential {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentCredential',
    metadata: { name: 'c', namespace: 'nannyapi' },
    spec: { agentRef: { namespace: 'default', name: 'web-1' }, agentUID: 'u', keyThumbprint: KEY },
    status: {
      refreshTokenHash: PRESENT,
      previousRefreshTokenHash: PREVIOUS,
      previousRefreshTokenGraceTime: at(1),
      machineID: 'm1',
      bootIDs: ['b1', 'b2', 'b3'],
      ...status,
    },
  };
}

function decide(request: Partial<RefreshRequest>, status?: object): string {
  const decision = decideRefresh(credential(status), { tokenHash: PRESENT, thumbprint: KEY, ...request }, NOW);
  return decision.kind === 'Revoke' ? decision.reason : decision.kind;
}

describe('a refresh token', () => {
  it.each<[string, string, Partial<RefreshRequest>, object]>([
    ['E4: that is present is rotated', 'Rotate', {}, {}],
    ['that is the first one is rotated', 'Rotate', {}, { previousRefreshTokenHash: undefined, bootIDs: undefined }],
    ['whose answer was lost is answered again', 'RepeatAnswer', { tokenHash: PREVIOUS }, {}],
    [
      'E4: that comes back after the grace ends all',
      'RefreshTokenReused',
      { tokenHash: PREVIOUS },
      { previousRefreshTokenGraceTime: at(0) },
    ],
    [
      'that comes back without a grace ends all',
      'RefreshTokenReused',
      { tokenHash: PREVIOUS },
      { previousRefreshTokenGraceTime: undefined },
    ],
    ['E4: that was used up long ago ends all', 'RefreshTokenReused', { tokenHash: OLDER }, {}],
    ['with another key is refused', 'Refuse', { thumbprint: 'x'.repeat(43) }, {}],
    [
      'with another key ends nothing, however old it is',
      'Refuse',
      { thumbprint: 'x'.repeat(43), tokenHash: OLDER },
      {},
    ],
    [
      'with another key ends nothing, whatever machine it names',
      'Refuse',
      { thumbprint: 'x'.repeat(43), machineID: 'm2' },
      {},
    ],
    ['of another machine ends all', 'CloneDetected', { machineID: 'm2' }, {}],
    [
      'of another machine ends all within the grace, too',
      'CloneDetected',
      { machineID: 'm2', tokenHash: PREVIOUS },
      {},
    ],
    ['of the same machine is rotated', 'Rotate', { machineID: 'm1' }, {}],
    ['of a machine that was never told is rotated', 'Rotate', { machineID: 'm1' }, { machineID: undefined }],
    ['of the present boot is rotated', 'Rotate', { bootID: 'b3' }, {}],
    ['of a new boot is rotated', 'Rotate', { bootID: 'b4' }, {}],
    ['of an earlier boot ends all', 'CloneDetected', { bootID: 'b2' }, {}],
    ['of the first boot of many ends all', 'CloneDetected', { bootID: 'b1' }, {}],
  ])('%s', (_, expected, request, status) => expect(decide(request, status)).toBe(expected));
});

describe('the boots of a host', () => {
  it.each([
    ['begin with the first', undefined, 'b1', ['b1']],
    ['stay while it runs', ['b1', 'b2'], 'b2', ['b1', 'b2']],
    ['grow when it boots', ['b1', 'b2'], 'b3', ['b1', 'b2', 'b3']],
    ['stay when it says nothing', ['b1'], undefined, ['b1']],
  ])('%s', (_, known, bootID, expected) => expect(withBoot(known, bootID)).toEqual(expected));

  it('are at most eight, the newest', () => {
    const many = Array.from({ length: 8 }, (_, number) => `b${number}`);
    expect(withBoot(many, 'b8')).toEqual([...many.slice(1), 'b8']);
  });
});
