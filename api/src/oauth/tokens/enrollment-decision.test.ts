import type { EnrollmentToken } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { agentNamesFor } from './agent-name.ts';
import { decideEnrollment, type EnrollmentRequest } from './enrollment-decision.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const at = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();
const KEY = 'k'.repeat(43);
const HASH = `sha256:${'a'.repeat(64)}`;

function token(spec: object = {}, status: object = {}): EnrollmentToken {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'EnrollmentToken',
    metadata: { name: 'install-1', namespace: 'nannyapi' },
    spec: { tokenHash: HASH, agentNamespace: 'shop', maxUses: 2, expirationTime: at(60), ...spec },
    status,
  };
}

const used = (keyThumbprint: string, seconds: number): object => ({
  uses: 1,
  agents: [{ namespace: 'shop', name: 'web-1', keyThumbprint, time: at(seconds) }],
});

function decide(given: EnrollmentToken, request: Partial<EnrollmentRequest> = {}): string {
  const decision = decideEnrollment(given, { tokenHash: HASH, thumbprint: KEY, address: '192.0.2.7', ...request }, NOW);
  return decision.kind === 'Refuse' ? decision.reason : decision.kind;
}

describe('an install token', () => {
  it.each<[string, string, EnrollmentToken, Partial<EnrollmentRequest>]>([
    ['lets a host in', 'Use', token(), {}],
    ['lets a second one in', 'Use', token({}, used('other', -5)), {}],
    ['with no count lets one in', 'Use', token({ maxUses: undefined }), {}],
    ['E6: with no count lets no second one in', 'UsedUp', token({ maxUses: undefined }, { uses: 1 }), {}],
    ['that is used up lets nobody in', 'UsedUp', token({}, { uses: 2 }), {}],
    ['that has expired lets nobody in', 'Expired', token({ expirationTime: at(0) }), {}],
    ['that was revoked lets nobody in', 'Revoked', token({ access: 'Revoked' }), {}],
    ['that was revoked does not even repeat an answer', 'Revoked', token({ access: 'Revoked' }, used(KEY, -5)), {}],
    ['that is another lets nobody in', 'Unknown', token(), { tokenHash: 'sha256:x' }],
    ['lets in from its network', 'Use', token({ allowedAddresses: ['10.0.0.0/8', '192.0.2.0/24'] }), {}],
    ['lets in from its one address', 'Use', token({ allowedAddresses: ['192.0.2.7'] }), {}],
    [
      'lets in from its IPv6 network',
      'Use',
      token({ allowedAddresses: ['2001:db8::/32'] }),
      { address: '2001:db8::7' },
    ],
    ['lets nobody in from elsewhere', 'OtherAddress', token({ allowedAddresses: ['10.0.0.0/8'] }), {}],
    ['with a network that is none lets nobody in', 'OtherAddress', token({ allowedAddresses: ['nonsense'] }), {}],
    [
      'whose answer was lost is answered again, though used up',
      'RepeatAnswer',
      token({ maxUses: 1 }, used(KEY, -119)),
      {},
    ],
    ['is answered again for two minutes', 'UsedUp', token({ maxUses: 1 }, used(KEY, -120)), {}],
    ['that another host used is not answered again', 'UsedUp', token({ maxUses: 1 }, used('other', -5)), {}],
  ])('%s', (_, expected, given, request) => expect(decide(given, request)).toBe(expected));
});

describe('the name of an Agent that nobody named', () => {
  it.each([
    ['is what the host asks for', { requestedName: 'db-1', hostname: 'x.example.org' }, 'db-1'],
    ['is the first part of its host name', { hostname: 'Web_1.example.org' }, 'web-1'],
    ['is a word when the host says nothing', {}, 'host'],
    ['is a word when nothing of it can stand in a name', { hostname: '…' }, 'host'],
    ['is cut', { hostname: 'a'.repeat(80) }, 'a'.repeat(50)],
    ['begins and ends with a letter', { hostname: `-${'b'.repeat(48)}--c` }, 'b'.repeat(48)],
  ])('%s', (_, facts, expected) => {
    const [first, second] = agentNamesFor({ capabilities: [], ...facts }, KEY);
    expect(first).toBe(expected);
    expect(second).toMatch(new RegExp(`^${expected}-[0-9a-f]{6}$`));
  });
});
