import type { Agent, AgentCredential } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { after, agentWith, START } from '../../../testing/run-fixture.ts';
import { isAgentGone, readyOfCredential } from './credential-state.ts';

const UID = '8d6e6a0c-53f4-4c39-9f0b-6f4a5f3f5a8e';

function credentialWith(
  spec: Partial<AgentCredential['spec']> = {},
  status: AgentCredential['status'] = {},
): AgentCredential {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentCredential',
    metadata: { name: 'c', namespace: 'nannyapi', uid: 'u', generation: 1 },
    spec: { agentRef: { namespace: 'default', name: 'web-1' }, agentUID: UID, keyThumbprint: 'x'.repeat(43), ...spec },
    status,
  };
}

const ended = (reason: string) => ({
  conditions: [
    { type: 'Ready', status: 'False' as const, reason, message: 'told', lastTransitionTime: START.toISOString() },
  ],
});

describe('the Agent of a credential', () => {
  const withUID = (uid: string): Agent => ({ ...agentWith(), metadata: { ...agentWith().metadata, uid } });

  it.each([
    ['is gone when there is none', undefined, true],
    ['is gone when another was made under its name', withUID('another'), true],
    ['is there', withUID(UID), false],
  ])('%s', (_, agent, expected) => expect(isAgentGone(credentialWith(), agent)).toBe(expected));
});

describe('a credential', () => {
  it.each<[string, AgentCredential, string]>([
    ['is good', credentialWith(), 'True Active'],
    ['is good until its tokens end', credentialWith({}, { refreshTokenExpirationTime: at(61) }), 'True Active'],
    ['ends with its refresh token', credentialWith({}, { refreshTokenExpirationTime: at(60) }), 'False Expired'],
    [
      'ends at its own end however fresh its tokens are',
      credentialWith({}, { refreshTokenExpirationTime: at(900), expirationTime: at(1) }),
      'False Expired',
    ],
    ['is revoked', credentialWith({ access: 'Revoked' }), 'False Revoked'],
    ['stays as the API found it', credentialWith({}, ended('CloneDetected')), 'False CloneDetected'],
    [
      'stays stolen when it is revoked too',
      credentialWith({ access: 'Revoked' }, ended('RefreshTokenReused')),
      'False RefreshTokenReused',
    ],
    ['that was not ready for a reason that passes is good again', credentialWith({}, ended('Stalled')), 'True Active'],
  ])('%s', (_, credential, expected) => {
    const { ready } = readyOfCredential(credential, after(60));
    expect(`${ready.status} ${ready.reason}`).toBe(expected);
  });

  it('is looked at again when its next end comes', () => {
    const status = { refreshTokenExpirationTime: at(900), expirationTime: at(300) };
    expect(readyOfCredential(credentialWith({}, status), after(60)).changesInSeconds).toBe(240);
    expect(readyOfCredential(credentialWith(), after(60)).changesInSeconds).toBeUndefined();
  });
});

function at(seconds: number): string {
  return after(seconds).toISOString();
}
