/** What happens to runs and agents when nothing happens but time. */
import { AgentResource, AgentTaskResource, type Agent, type AgentTask } from '@nannyapi/crds';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endedWith, eventually, investigate, tasksOf } from '../../../testing/operator-under-test.ts';
import { TestWorld } from '../../../testing/test-world.ts';
import { enrol } from '../../../testing/tiny-agent.ts';

const ref = { namespace: 'default', name: 'web-1' };

let clock: FakeClock;
let world: TestWorld;

beforeEach(async () => {
  clock = new FakeClock(new Date());
  world = await TestWorld.start({ clock });
});

afterEach(() => world.close());

const agents = () => world.server.client.resource<Agent>(AgentResource);

/** Lets time pass until the check holds, so many seconds at a time. */
async function pass<T>(seconds: number, check: () => Promise<T>): Promise<T> {
  return vi.waitFor(
    async () => {
      await clock.advance(seconds * 1000);
      return check();
    },
    { timeout: 15_000, interval: 20 },
  );
}

describe('time', () => {
  it('ends a run whose agent is there and never answers, and stops its step', async () => {
    await enrol(world.server.client, ref, { now: clock.now() });
    world.startScripted([], { clock });
    await investigate(world.server.client, 'slow', { limits: { deadlineSeconds: 60 } });
    await eventually(world.server.client, 'slow', ({ status }) => status?.steps?.length === 1);
    await pass(10, () => eventually(world.server.client, 'slow', endedWith('DeadlineExceeded'), 100));
    const [step] = await tasksOf(world.server.client);
    expect(step?.spec.cancel).toBe(true);
  });

  it('ends a run whose agent fell silent with a step open', async () => {
    await enrol(world.server.client, ref, { now: clock.now() });
    await agents().patchStatus(ref, { status: { connectedTime: null } });
    world.startScripted([], { clock });
    await investigate(world.server.client, 'slow');
    await eventually(world.server.client, 'slow', ({ status }) => status?.steps?.length === 1);
    const { status } = await pass(30, () => eventually(world.server.client, 'slow', endedWith('AgentLost'), 100));
    expect(status?.phase).toBe('Failed');
  });

  it('calls an agent silent and, once it speaks again, ready', async () => {
    await enrol(world.server.client, ref, { now: clock.now() });
    await agents().patchStatus(ref, { status: { connectedTime: null } });
    world.startScripted([], { clock });
    const isReady = async (reason: string) => {
      const { status } = await agents().get(ref);
      expect(status?.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe(reason);
      return status;
    };
    expect((await vi.waitFor(() => isReady('Connected')))?.phase).toBe('Active');
    expect((await pass(20, () => isReady('AgentSilent')))?.phase).toBe('Inactive');
    await agents().patchStatus(ref, { status: { lastSeenTime: clock.now().toISOString() } });
    const status = await vi.waitFor(() => isReady('Connected'));
    expect(status).toMatchObject({ version: '0.1.0', phase: 'Active' });
  });

  it('cancels a step that its agent took and does not end, and goes on without it', async () => {
    await enrol(world.server.client, ref, { now: clock.now() });
    const { diagnostician } = world.startScripted(
      [
        () => ({
          move: {
            kind: 'resolve',
            verdict: 'Inconclusive',
            evidence: [],
            ruledOut: [],
            plan: 'Look at the host.',
            confidence: 'Low',
          },
        }),
      ],
      { clock },
    );
    await investigate(world.server.client, 'slow');
    await eventually(world.server.client, 'slow', ({ status }) => status?.steps?.length === 1);
    const [step] = await tasksOf(world.server.client);
    const claim = { journalID: '0195512a-5800-7000-8000-000000000000', time: clock.now().toISOString() };
    await world.server.client
      .resource<AgentTask>(AgentTaskResource)
      .patchStatus({ namespace: 'default', name: step?.metadata.name ?? '' }, { status: { claim } });
    const { status } = await pass(10, () => eventually(world.server.client, 'slow', endedWith('Inconclusive'), 100));
    expect(status?.steps).toMatchObject([{ index: 0, outcome: 'Unknown' }]);
    expect(diagnostician.asked[0]?.steps[0]?.note).toBe('Unknown');
    expect(diagnostician.asked).toHaveLength(1);
  });
});
