import type { Agent, AgentCredential } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { findCredentialProblem, isAccessToken } from './credential-state.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const at = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();

function credential(change: { spec?: object; status?: object; metadata?: object } = {}): AgentCredential {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentCredential',
    metadata: { name: 'c', namespace: 'nannyapi', ...change.metadata },
    spec: {
      agentRef: { namespace: 'default', name: 'web-1' },
      agentUID: 'u1',
      keyThumbprint: 'k'.repeat(43),
      ...change.spec,
    },
    status: { ...change.status },
  };
}

const agent = (change: { spec?: object; metadata?: object } = {}): Agent => ({
  apiVersion: 'nannyai.dev/v1alpha1',
  kind: 'Agent',
  metadata: { name: 'web-1', namespace: 'default', uid: 'u1', ...change.metadata },
  spec: { ...change.spec },
});

const ready = (status: string, reason: string): object => ({
  conditions: [{ type: 'Ready', status, reason, message: 'told', lastTransitionTime: at(0) }],
});

describe('a credential', () => {
  it.each<[string, string | undefined, AgentCredential, Agent | undefined]>([
    ['is good', undefined, credential(), agent()],
    ['is good once it was found so', undefined, credential({ status: ready('True', 'Active') }), agent()],
    [
      'is good until its ends',
      undefined,
      credential({ status: { expirationTime: at(1), refreshTokenExpirationTime: at(1) } }),
      agent(),
    ],
    ['is revoked', 'Revoked', credential({ spec: { access: 'Revoked' } }), agent()],
    ['is not good for what a newer version knows', 'Revoked', credential({ spec: { access: 'Paused' } }), agent()],
    ['is being deleted', 'Revoked', credential({ metadata: { deletionTimestamp: at(0) } }), agent()],
    ['was cloned', 'CloneDetected', credential({ status: ready('False', 'CloneDetected') }), agent()],
    [
      'was cloned and then revoked',
      'CloneDetected',
      credential({ spec: { access: 'Revoked' }, status: ready('False', 'CloneDetected') }),
      agent(),
    ],
    ['is in doubt', 'Whatever', credential({ status: ready('Unknown', 'Whatever') }), agent()],
    ['has ended for good', 'Expired', credential({ status: { expirationTime: at(0) } }), agent()],
    ['was idle for too long', 'Expired', credential({ status: { refreshTokenExpirationTime: at(0) } }), agent()],
    ['has an end that cannot be read', 'Expired', credential({ status: { expirationTime: 'soon' } }), agent()],
    ['is of an Agent that is gone', 'AgentGone', credential(), undefined],
    ['is of an Agent that was made anew', 'AgentGone', credential(), agent({ metadata: { uid: 'u2' } })],
    [
      'is of an Agent that is being deleted',
      'AgentGone',
      credential(),
      agent({ metadata: { deletionTimestamp: at(0) } }),
    ],
    ['is of an Agent that is disabled', 'AgentDisabled', credential(), agent({ spec: { access: 'Revoked' } })],
  ])('%s', (_, expected, given, its) => expect(findCredentialProblem(given, its, NOW)?.reason).toBe(expected));
});

describe('an access token', () => {
  const [present, previous] = ['sha256:b', 'sha256:a'];
  const both = {
    accessTokenHash: present,
    accessTokenExpirationTime: at(600),
    previousAccessTokenHash: previous,
    previousAccessTokenExpirationTime: at(10),
  };

  it.each([
    ['that is present is good', true, present, both],
    ['E4: ends when it says so', false, present, { ...both, accessTokenExpirationTime: at(0) }],
    ['without an end is not good', false, present, { ...both, accessTokenExpirationTime: undefined }],
    ['that was replaced stays good until it ends', true, previous, both],
    [
      'that was replaced and has ended is not good',
      false,
      previous,
      { ...both, previousAccessTokenExpirationTime: at(0) },
    ],
    ['that was never issued is not good', false, 'sha256:x', both],
    ['is not found where there is none', false, present, {}],
  ])('%s', (_, expected, hash, status) => expect(isAccessToken(credential({ status }), hash, NOW)).toBe(expected));
});
