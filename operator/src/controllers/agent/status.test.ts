import { describe, expect, it } from 'vitest';
import { after, agentWith } from '../../../testing/run-fixture.ts';
import { agentStatusOf } from './status.ts';

const HASH = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const facts = { silence: { disconnectedSeconds: 90, connectedSeconds: 690 }, policyHash: HASH, now: after(10) };
const conditions = (agent: Parameters<typeof agentStatusOf>[0]) =>
  agentStatusOf(agent, facts).status.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`);

describe('the status of an agent', () => {
  it.each([
    ['with the same policy', agentWith({}, { policyHash: HASH }), 'PolicyDiffers=False SamePolicy'],
    ['with another policy', agentWith({}, { policyHash: OTHER }), 'PolicyDiffers=True OtherPolicy'],
    ['that told no policy', agentWith(), 'PolicyDiffers=Unknown NeverConnected'],
  ])('%s', (_, agent, expected) => expect(conditions(agent)).toEqual(['Ready=True Connected', expected]));

  it.each([
    ['Active', agentWith()],
    ['Inactive', agentWith({ suspend: true })],
    ['Revoked', agentWith({ access: 'Revoked' })],
  ])('has phase %s', (phase, agent) => expect(agentStatusOf(agent, facts).status.phase).toBe(phase));

  it('keeps what the API wrote there', () => {
    const agent = agentWith({}, { version: '1.2.3', facts: { hostname: 'web-1' } });
    expect(agentStatusOf(agent, facts).status).toMatchObject({ ...agent.status });
  });
});
